/// Last changes to a finished file, for what cairo 1.16 cannot say or says badly. All are made in parts of the file that
/// cairo writes as plain text, and none moves an object that is referred to by its place.
enum FileFinisher {
    /// Adds to the document catalog (ISO 32000-1, 7.7.2) the language, and that the title is shown instead of the file's
    /// name.
    ///
    /// cairo writes the catalog as the last object before a plain cross-reference table, so that entries can be inserted
    /// without any other object moving.
    ///
    /// - Returns: false, with the file as it was, when it does not end as cairo ends files.
    static func addCatalogEntries(to file: inout [UInt8], language: String) -> Bool {
        let catalogStart = Array("<< /Type /Catalog\n".utf8)
        let tableStart = Array("startxref\n".utf8)
        guard let keyword = lastIndex(of: tableStart, in: file, before: file.count),
            let table = number(in: file, at: keyword + tableStart.count), table < keyword,
            let catalog = lastIndex(of: catalogStart, in: file, before: table)
        else { return false }
        var entries = "   /ViewerPreferences << /DisplayDocTitle true >>\n"
        if isTag(language) { entries += "   /Lang (\(language))\n" }
        let end = Array("startxref\n\(table + entries.utf8.count)\n%%EOF\n".utf8)
        file.replaceSubrange(keyword..., with: end)
        file.insert(contentsOf: entries.utf8, at: catalog + catalogStart.count)
        return true
    }

    /// Whether it looks like a language tag (RFC 5646, 2.1).
    static func isTag(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: 0x2D, omittingEmptySubsequences: false)
        return parts.count <= 6 && parts[0].count >= 2
            && parts.allSatisfy { part in
                (1...8).contains(part.count)
                    && part.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) }
            }
    }

    private static func lastIndex(of word: [UInt8], in file: [UInt8], before end: Int) -> Int? {
        // What is looked for stands near the end: the catalog is short.
        var start = end - word.count
        let least = max(0, end - 4_096)
        while start >= least {
            if file[start..<start + word.count].elementsEqual(word) { return start }
            start -= 1
        }
        return nil
    }

    private static func number(in file: [UInt8], at start: Int) -> Int? {
        let digits = file[start...].prefix { (0x30...0x39).contains($0) }
        guard (1...10).contains(digits.count) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

extension FileFinisher {
    /// Makes each picture stand once in the resources of a page. cairo names a picture as often as the page shows it,
    /// which the standard does not allow in a dictionary (ISO 32000-1, 7.3.7). Repetitions become spaces.
    static func nameEachPictureOnce(in file: inout [UInt8]) {
        file.withUnsafeMutableBufferPointer { file in
            let start = Array("\n   /XObject << ".utf8)
            var position = 0
            while position + start.count < file.count {
                if file[position] == 0x0A, file[position..<position + start.count].elementsEqual(start) {
                    position += start.count
                    blankRepetitions(in: file, from: position)
                } else {
                    position += 1
                }
            }
        }
    }

    /// Entries are like `/x67 67 0 R` with one space between; the dictionary ends at its line.
    private static func blankRepetitions(in file: UnsafeMutableBufferPointer<UInt8>, from start: Int) {
        var seen: Set<[UInt8]> = []
        var entry = start
        while entry < file.count, file[entry] == 0x2F {
            var end = entry
            var spaces = 0
            while end < file.count, file[end] != 0x0A, spaces < 4 {
                if file[end] == 0x20 { spaces += 1 }
                end += 1
            }
            guard spaces == 4, file[end - 2] == 0x52 else { return }
            if !seen.insert(Array(file[entry..<end])).inserted {
                for index in entry..<end { file[index] = 0x20 }
            }
            entry = end
        }
    }
}
