"""The reference of bench_report.sh: the same report with ReportLab's Platypus.

reportlab_report.py ORDER.json REPORT.pdf RUNS noto|helvetica prints the time of each run in milliseconds, the first one
"cold" (with the import of ReportLab), and the most memory that was resident. With `noto` it embeds the fonts that ours
embeds; `helvetica` is what ReportLab does fastest: no font in the file, and Western European letters only.
"""
import json
import re
import sys
import time

FONTS = "/usr/share/fonts/truetype/noto/NotoSans-"


def clock(seconds):
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def build(order, path, family):
    from reportlab.lib.colors import HexColor
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
    from reportlab.platypus.flowables import ListFlowable
    from xml.sax.saxutils import escape

    names = ("Helvetica", "Helvetica-Bold")
    if family == "noto":
        names = ("Noto", "Noto-Bold")
        if "Noto" not in pdfmetrics.getRegisteredFontNames():
            for name, file in [("Noto", "Regular"), ("Noto-Bold", "Bold"), ("Noto-Italic", "Italic"), ("Noto-BI", "BoldItalic")]:
                pdfmetrics.registerFont(TTFont(name, f"{FONTS}{file}.ttf"))
            pdfmetrics.registerFontFamily("Noto", normal="Noto", bold="Noto-Bold", italic="Noto-Italic", boldItalic="Noto-BI")
    regular, bold = names
    dark, muted, text = HexColor(0x12263A), HexColor(0x66727F), HexColor(0x1F2933)
    blue, ochre, line, panel = HexColor(0x1D4E89), HexColor(0xA35B12), HexColor(0xD5DBE1), HexColor(0xF3F6F9)

    def style(size, leading, font=regular, color=text, above=0, below=0, **more):
        return ParagraphStyle(
            "s", fontName=font, fontSize=size, leading=size * leading, textColor=color, spaceBefore=above, spaceAfter=below, **more)

    title = style(20.5, 1.22, bold, dark, below=5)
    lead = style(11, 1.4, color=muted, below=14)
    h1 = style(14, 1.25, bold, dark, 22, 8, keepWithNext=1)
    h2 = style(11, 1.3, bold, dark, 15, 5, keepWithNext=1)
    body, small, key = style(9.6, 1.5, below=7), style(8.2, 1.4, color=muted, below=6), style(8.6, 1.45, color=muted)
    cell = style(8.6, 1.45)
    box = style(9.6, 1.5, backColor=panel, borderPadding=10, leftIndent=12, below=7)
    speakers = {"agent": style(8.6, 1.35, bold, blue, leftIndent=10, keepWithNext=1),
                "user": style(8.6, 1.35, bold, ochre, leftIndent=10, keepWithNext=1)}
    turn_style = style(9.4, 1.46, leftIndent=10, below=9)
    summary = order["summary"]
    story = [Paragraph(escape(order["title"]), title), Paragraph("Conversation report · " + escape(order["agent_name"]), lead)]
    grid = TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, line), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    details = [("Conversation", order["conversation_id"]), ("Account", order["account_id"]), ("Agent", order["agent_name"]),
               ("Started", order["started_at"]), ("Duration", clock(order["duration_seconds"])), ("Status", order["status"]),
               ("Turns", str(len(order["turns"]))), ("Report made", order["generated_at"])]
    story += [Paragraph("Details", h1),
              Table([[Paragraph(k, key), Paragraph(escape(v), cell)] for k, v in details], colWidths=[113, 358], style=grid)]
    story.append(Paragraph("Summary", h1))
    story += [Paragraph(escape(part), box) for part in summary["text"].split("\n") if part]
    story.append(Paragraph("Made by the language model " + summary["engine"], small))
    story.append(Paragraph("Key points", h2))
    story.append(ListFlowable(
        [Paragraph(f"{escape(p['text'])}<br/><b>{clock(p['at_seconds'])}</b> <i>“{escape(p['quote'])}”</i>", body)
         for p in summary["key_points"]], bulletType="bullet"))
    story.append(Paragraph("Action items", h2))
    story.append(ListFlowable([Paragraph(escape(item), body) for item in summary["action_items"]], bulletType="bullet"))
    story.append(Paragraph("Metadata", h1))
    story.append(Table([[Paragraph(escape(m["name"]), key), Paragraph(escape(m["value"]), cell)] for m in order["metadata"]],
                       colWidths=[150, 321], style=grid))
    story.append(Paragraph("Transcript", h1))
    for turn in order["turns"]:
        name = escape(order["agent_name"]) if turn["speaker"] == "agent" else "User"
        time_of = f'<font name="{regular}" color="#66727F">  {clock(turn["at_seconds"])}</font>'
        story += [Paragraph(name + time_of, speakers[turn["speaker"]]), Paragraph(escape(turn["text"]), turn_style)]

    def furniture(canvas, document):
        canvas.setFont(regular, 7.8)
        canvas.setFillColor(muted)
        canvas.drawString(62, 43, "Conversation " + order["conversation_id"])
        canvas.drawRightString(A4[0] - 62, 43, str(document.page))
        if document.page > 1:
            canvas.drawString(62, A4[1] - 52, order["title"])

    SimpleDocTemplate(path, pagesize=A4, leftMargin=62, rightMargin=62, topMargin=72, bottomMargin=68,
                      title=order["title"]).build(story, onFirstPage=furniture, onLaterPages=furniture)


def main():
    order = json.load(open(sys.argv[1], encoding="utf-8"))
    for run in range(int(sys.argv[3])):
        start = time.perf_counter()
        build(order, sys.argv[2], sys.argv[4])
        print("warm" if run else "cold", (time.perf_counter() - start) * 1000)
    print("memory", int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read()).group(1)) // 1024)


main()
