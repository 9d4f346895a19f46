internal import COpenBLAS

/// The name by which OpenBLAS calls the kind of processor that its code is chosen for.
///
/// OpenBLAS finds it out itself, but the version of Debian 12 does not know newer processors and takes its slowest code
/// for them (a fifth of the speed). The processor's instruction sets tell better than its model number.
package enum CoreType {
    /// The instruction sets that matter for the choice.
    package struct Processor: Sendable, Hashable {
        package var hasAVX: Bool
        package var hasAVX2AndFMA: Bool
        package var hasAVX512: Bool
        package var isAMD: Bool

        package init(hasAVX: Bool, hasAVX2AndFMA: Bool, hasAVX512: Bool, isAMD: Bool) {
            self.hasAVX = hasAVX
            self.hasAVX2AndFMA = hasAVX2AndFMA
            self.hasAVX512 = hasAVX512
            self.isAMD = isAMD
        }

        /// The processor that this runs on; nothing is set on other architectures than x86-64.
        package static var current: Processor {
            let found = copenblas_this_processor()
            return Processor(
                hasAVX: found.has_avx != 0, hasAVX2AndFMA: found.has_avx2_fma != 0, hasAVX512: found.has_avx512 != 0,
                isAMD: found.is_amd != 0)
        }
    }

    /// The value for `OPENBLAS_CORETYPE`, or `nil` where OpenBLAS shall decide.
    package static func name(for processor: Processor) -> String? {
        if processor.hasAVX512 { return "SkylakeX" }
        if processor.hasAVX2AndFMA { return processor.isAMD ? "Zen" : "Haswell" }
        if processor.hasAVX { return "Sandybridge" }
        return nil
    }
}
