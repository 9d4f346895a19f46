/// The size that most characters of a line have: a large sum sign or an accent does not make a line large.
struct PrevailingSize {
    private var counts: [(size: Double, characters: Int)] = []

    mutating func add(_ size: Double, characters: Int) {
        if let index = counts.firstIndex(where: { $0.size == size }) {
            counts[index].characters += characters
        } else {
            counts.append((size, characters))
        }
    }

    /// Of two sizes with as many characters the larger; 0 for none.
    var value: Double {
        counts.max { ($0.characters, $0.size) < ($1.characters, $1.size) }?.size ?? 0
    }
}
