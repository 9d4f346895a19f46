/// What one document may hold. Beyond it ``Typesetter`` throws ``TypesettingError/Code/tooLarge``.
package struct DocumentLimits: Sendable {
    /// All text together, in bytes of UTF-8. A byte takes about 25 while a document is set.
    package var textBytesMax = 2 << 20
    package var blocksMax = 50_000
    package var tableCellsMax = 100_000
    package var tableColumnsMax = 40
    package var pagesMax = 5_000
    /// All pictures together: pixels decoded, and bytes of files.
    package var picturePixelsMax = 40_000_000
    package var pictureBytesMax = 64 << 20
    /// The finished file.
    package var fileBytesMax = 128 << 20

    package init() {}
}
