/// A queue that gives its greatest element first.
struct BinaryHeap<Element: Comparable> {
    private var elements: [Element]

    /// A heap of these elements, in time that grows as their number does.
    init(_ elements: [Element] = []) {
        self.elements = elements
        for index in stride(from: elements.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var index = elements.count - 1
        while index > 0, case let parent = (index - 1) / 2, elements[parent] < elements[index] {
            elements.swapAt(parent, index)
            index = parent
        }
    }

    /// Takes the greatest element out; nil when there is none.
    mutating func popMax() -> Element? {
        guard let first = elements.first else { return nil }
        let last = elements.removeLast()
        if !elements.isEmpty {
            elements[0] = last
            sink(0)
        }
        return first
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while case let left = 2 * index + 1, left < elements.count {
            let right = left + 1
            let child = right < elements.count && elements[left] < elements[right] ? right : left
            guard elements[index] < elements[child] else { return }
            elements.swapAt(index, child)
            index = child
        }
    }
}
