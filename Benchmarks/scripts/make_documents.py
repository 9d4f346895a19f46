#!/usr/bin/env python3
"""Writes the documents the reader is measured with: text of our own making, the same at every run.

    make_documents.py text PAGES OUTPUT.pdf           born-digital pages of about 450 words
    make_documents.py scan PAGES OUTPUT.pdf TRUTH.txt slides at 300 dots an inch in gray JPEG, and what they say
Needs reportlab and Pillow.
"""
import io
import os
import random
import sys

import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

FONTS = os.path.join(os.path.dirname(reportlab.__file__), "fonts")
SUBJECTS = ("the enzyme", "a warm current", "this theorem", "the second law", "every market", "the early settlement", "a neural network",
            "the outer membrane", "the committee", "a falling body", "the old manuscript", "each sensor", "the river delta", "a compiler")
VERBS = ("changes", "describes", "limits", "follows", "explains", "requires", "weakens", "predicts", "replaces", "carries", "measures", "divides")
OBJECTS = ("the rate of the reaction", "what earlier authors had assumed", "a small part of the energy", "the flow of water to the coast",
           "the cost of a longer proof", "its own boundary conditions", "the habits of the people who lived there",
           "a signal of 40 hertz", "the first derivative", "the temperature of the surface", "nearly 12 percent of the sample",
           "the order of the columns", "a memory of fixed size")
TAILS = ("as long as the pressure stays constant", "although nobody had expected it", "before the next winter begins", "in the simplest case",
         "which is why the experiment was repeated", "if the sample is large enough", "and the difference can be seen with the naked eye",
         "without any further assumption", "because both sides grow at the same speed", "as Figure 3 shows")


def sentence(dice):
    text = f"{dice.choice(SUBJECTS)} {dice.choice(VERBS)} {dice.choice(OBJECTS)}"
    if dice.random() < 0.7:
        text += f", {dice.choice(TAILS)}"
    return text[0].upper() + text[1:] + "."


def write_text(pages, output):
    dice = random.Random(7)
    for name, file in (("Body", "Vera.ttf"), ("Head", "VeraBd.ttf")):
        registerFont(TTFont(name, os.path.join(FONTS, file)))
    page = canvas.Canvas(output, pagesize=A4, invariant=1, pageCompression=1)
    for number in range(1, pages + 1):
        page.setFont("Body", 8)
        page.drawString(60, 810, "A course in everything")
        page.drawRightString(535, 30, f"{number}")
        page.setFont("Head", 15)
        page.drawString(60, 775, f"{number}. On why {dice.choice(SUBJECTS)} {dice.choice(VERBS)}")
        y = 745
        while y > 70:
            words = " ".join(sentence(dice) for _ in range(dice.randrange(4, 8))).split()
            line = []
            for word in words + [None]:
                if word and stringWidth(" ".join(line + [word]), "Body", 10) < 475:
                    line.append(word)
                    continue
                page.setFont("Body", 10)
                page.drawString(60, y, " ".join(line))
                line = [word]
                y -= 13.5
                if y <= 70:
                    break
            y -= 8
        page.showPage()
    page.save()


def write_scan(pages, output, truth):
    dice = random.Random(11)
    width, height = 3000, 2250
    title = ImageFont.truetype(os.path.join(FONTS, "VeraBd.ttf"), 84)
    body = ImageFont.truetype(os.path.join(FONTS, "Vera.ttf"), 54)
    page = canvas.Canvas(output, pagesize=(720, 540), invariant=1)
    said = []
    for _ in range(pages):
        sheet = Image.new("L", (width, height), 250)
        draw = ImageDraw.Draw(sheet)
        lines = [f"Why {dice.choice(SUBJECTS)} {dice.choice(VERBS)}"]
        draw.text((200, 160), lines[0], font=title, fill=20)
        y = 400
        while y < 2000:
            line = ""
            for word in sentence(dice).split() + [None]:
                if word and draw.textlength(f"{line} {word}", font=body) < 2550:
                    line = f"{line} {word}".strip()
                    continue
                draw.text((200, y), line, font=body, fill=35)
                lines.append(line)
                y += 84
                line = word or ""
            y += 30
        said.append("\n".join(lines))
        sheet = sheet.rotate(dice.uniform(-0.5, 0.5), resample=Image.BICUBIC, fillcolor=250).filter(ImageFilter.GaussianBlur(0.8))
        pixels = sheet.load()
        for _ in range(4000):
            x, row = dice.randrange(width), dice.randrange(height)
            pixels[x, row] = max(0, pixels[x, row] - dice.randrange(30, 140))
        buffer = io.BytesIO()
        sheet.save(buffer, "JPEG", quality=80)
        buffer.seek(0)
        page.drawImage(ImageReader(buffer), 0, 0, 720, 540)
        page.showPage()
    page.save()
    with open(truth, "w") as file:
        file.write("\n\f".join(said) + "\n")


if sys.argv[1] == "text":
    write_text(int(sys.argv[2]), sys.argv[3])
else:
    write_scan(int(sys.argv[2]), sys.argv[3], sys.argv[4])
