// The bookmarks of a document with the pages they lead to, which poppler-cpp does not offer.
#include "Document.h"

#include <vector>

#include <Catalog.h>
#include <Link.h>
#include <Outline.h>

struct LecternPDFOutline {
    std::vector<uint32_t> characters;
    std::vector<LecternPDFOutlineItem> items;
};

namespace {

constexpr int levelsMax = 16;

int targetPage(LecternPDFDocument *document, const OutlineItem *item)
{
    const LinkAction *action = item->getAction();
    if (action == nullptr || action->getKind() != actionGoTo) {
        return 0;
    }
    const auto *link = static_cast<const LinkGoTo *>(action);
    std::unique_ptr<LinkDest> named;
    const LinkDest *destination = link->getDest();
    if (destination == nullptr && link->getNamedDest() != nullptr) {
        named = document->pdf->findDest(link->getNamedDest());
        destination = named.get();
    }
    if (destination == nullptr || !destination->isOk()) {
        return 0;
    }
    return destination->isPageRef() ? document->pdf->findPage(destination->getPageRef()) : destination->getPageNum();
}

void append(LecternPDFOutline &outline, LecternPDFDocument *document, const std::vector<OutlineItem *> *items,
            int level, size_t limit)
{
    if (items == nullptr || level >= levelsMax) {
        return;
    }
    for (OutlineItem *item : *items) {
        if (outline.items.size() >= limit) {
            return;
        }
        LecternPDFOutlineItem entry {};
        entry.firstCharacter = uint32_t(outline.characters.size());
        entry.characterCount = uint32_t(item->getTitleLength());
        entry.page = targetPage(document, item);
        entry.level = level;
        outline.characters.insert(outline.characters.end(), item->getTitle(), item->getTitle() + item->getTitleLength());
        outline.items.push_back(entry);
        if (item->hasKids()) {
            item->open();
            append(outline, document, item->getKids(), level + 1, limit);
        }
    }
}

} // namespace

LecternPDFOutline *lectern_pdf_outline(LecternPDFDocument *document, size_t limit)
{
    return lecternGuarded([&]() -> LecternPDFOutline * {
        auto outline = std::make_unique<LecternPDFOutline>();
        Outline *tree = document->pdf->getOutline();
        if (tree != nullptr) {
            append(*outline, document, tree->getItems(), 0, limit);
        }
        return outline.release();
    });
}

void lectern_pdf_outline_free(LecternPDFOutline *outline)
{
    delete outline;
}

const LecternPDFOutlineItem *lectern_pdf_outline_items(const LecternPDFOutline *outline, size_t *count)
{
    *count = outline->items.size();
    return outline->items.data();
}

const uint32_t *lectern_pdf_outline_characters(const LecternPDFOutline *outline, size_t *count)
{
    *count = outline->characters.size();
    return outline->characters.data();
}
