internal import CPangoCairo

/// All text of a document as glyphs in lines: what measuring makes and drawing takes. Flat arrays, because a document has
/// a hundred thousand glyphs in a thousand paragraphs. Shared by the parts that fill it, one after another.
final class ShapedText {
    /// A line, and its runs from left to right.
    struct Line {
        var runs: Range<Int>
        var width: Float
        var ascent: Float
        var descent: Float
        var isRightToLeft: Bool
    }

    /// A run and where in the arrays its parts begin.
    struct Run {
        var shape: lectern_run
        var firstGlyph: Int
        var firstCluster: Int
        var firstByte: Int
        /// Index into ``ShapedText/looks``.
        var look: Int
    }

    /// What does not change the shapes of letters.
    struct Look {
        var color: Ink
        var link: LinkTarget?
    }

    var glyphs: [lectern_glyph] = []
    var clusters: [lectern_cluster] = []
    var bytes: [CChar] = []
    var runs: [Run] = []
    var lines: [Line] = []
    var looks: [Look] = []

    /// Adds lines whose runs count from the beginnings of the arrays that come with them.
    func append(glyphs: [lectern_glyph], clusters: [lectern_cluster], bytes: [CChar], runs: [Run], lines: [Line]) {
        let firstRun = self.runs.count
        for var run in runs {
            run.firstGlyph += self.glyphs.count
            run.firstCluster += self.clusters.count
            run.firstByte += self.bytes.count
            self.runs.append(run)
        }
        for var line in lines {
            line.runs = line.runs.lowerBound + firstRun..<line.runs.upperBound + firstRun
            self.lines.append(line)
        }
        self.glyphs.append(contentsOf: glyphs)
        self.clusters.append(contentsOf: clusters)
        self.bytes.append(contentsOf: bytes)
    }

    /// Adds the first lines that pango has made.
    ///
    /// - Parameter look: Which of `looks` belongs to a span of the shape.
    func append(_ shape: lectern_shape, lineCount: Int, look: (UInt32) -> Int) {
        var nextRun = 0
        var (glyph, cluster, byte) = (0, 0, 0)
        let lines = UnsafeBufferPointer(start: shape.lines, count: shape.line_count)
        let runs = UnsafeBufferPointer(start: shape.runs, count: shape.run_count)
        for line in lines.prefix(lineCount) {
            let firstRun = self.runs.count
            for run in runs[nextRun..<nextRun + Int(line.run_count)] {
                self.runs.append(
                    Run(
                        shape: run, firstGlyph: glyphs.count + glyph, firstCluster: clusters.count + cluster,
                        firstByte: bytes.count + byte, look: look(run.span)))
                glyph += Int(run.glyph_count)
                cluster += Int(run.cluster_count)
                byte += Int(run.byte_count)
            }
            nextRun += Int(line.run_count)
            self.lines.append(
                Line(
                    runs: firstRun..<self.runs.count, width: line.width, ascent: line.ascent, descent: line.descent,
                    isRightToLeft: line.is_right_to_left))
        }
        glyphs.append(contentsOf: UnsafeBufferPointer(start: shape.glyphs, count: glyph))
        clusters.append(contentsOf: UnsafeBufferPointer(start: shape.clusters, count: cluster))
        bytes.append(contentsOf: UnsafeBufferPointer(start: shape.text, count: byte))
    }
}
