"""Writes texts.json and vectors.f16: texts of our own and their vectors by the reference implementation.

    MODEL_DIR=var/models/all-MiniLM-L6-v2 python make_reference.py

Needs PyPI's transformers and torch. The vectors are the mean over all word pieces, scaled to length one, as
sentence-transformers makes them for this model, in half precision, one behind the other.
"""
import json
import os
import pathlib

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel, BertTokenizerFast

BASE = [
    "", " ", "a", "!", "?!", "\t\n", "...", "Hello, world!", "The cell wall is made of cellulose.",
    "What is the derivative of sin(x)?", "E = mc² and a² + b² = c²", "Über die Brücke läuft ein großer Bär.",
    "¿Dónde está la biblioteca? ¡Aquí!", "L'été, Zoé mangeait des œufs à Nîmes.", "Žluťoučký kůň úpěl ďábelské ódy.",
    "Быстрая лиса прыгает через ленивую собаку.", "Η γρήγορη αλεπού πηδά πάνω από τον σκύλο.", "机器学习是人工智能的一个分支。",
    "東京は日本の首都です。カタカナとひらがな。", "한국어 문장은 띄어쓰기가 있습니다.", "تعلم الآلة هو فرع من الذكاء الاصطناعي.",
    "למידת מכונה היא תחום בבינה מלאכותית", "मशीन लर्निंग कृत्रिम बुद्धि की शाखा है।", "การเรียนรู้ของเครื่องเป็นสาขาหนึ่ง", "Tiếng Việt có rất nhiều dấu.",
    "ﬁne ligatures: ﬂow, oﬃce", "Smile 😀 and wave 👋🏽 at the 🇨🇭 flag", "naïve café résumé coöperate", "co-operate re-enter well-known state-of-the-art",
    "John's book isn't here; it's o'clock.", "“Quoted” — with ‘typographic’ marks… and „low“ ones", "tabs\tand\nlines\r\nand  spaces", "zero\u200bwidth and soft\u00adhyphen",
    "no\u00a0break\u2009thin\u3000wide", "C++ vs. C# vs. F#: 100% of $5.00 & €3,50", "https://example.org/path?query=1&b=%20#top", "someone@example.org wrote at 12:30 on 2024-02-29.",
    "UPPER CASE SHOUTING", "MiXeD cAsE wOrDs", "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "x" * 99, "x" * 100, "x" * 101, "é" * 120, "1234567890 3.14159 1e-10 0xFF 1,000,000", "∑ ∫ √ ≤ ≥ ≠ ∞ α β γ Δ", "if (a[i] != b[j]) { return x->y; }", "[CLS-like] brackets [and] {braces} <tags>",
    "I\u0307stanbul İstanbul ISTANBUL ıspanak", "e\u0301 versus é, A\u030a versus Å versus \u212b", "\u0001control\u0007characters\u007f here\ufffd", "Private \ue000 use and\u2028line separator", "ｆｕｌｌｗｉｄｔｈ　ｌｅｔｔｅｒｓ１２３", "Ⅷ ½ ² ™ © ® ℃ №", "𝒜 𝔅 mathematical 𝟙𝟚𝟛", "𠀀 rare ideographs 豈 and 〇",
    "ǅ ǆ Ǆ ﬀ ß ẞ straße STRASSE", "a\u0332b\u0336c combining marks", "_under_score_ snake_case camelCase", "~`@#$%^&*()-+={}|\\:;\"'<>,./",
]
SENTENCES = [
    "Gradient descent moves the parameters against the slope of the loss.", "A larger step may overshoot the minimum and diverge.", "Mitochondria turn sugar and oxygen into usable energy for the cell.",
    "In 1789 the estates met at Versailles for the first time since 1614.", "Supply and demand settle at a price where neither side wants to move.", "An enzyme lowers the activation energy without being used up.",
    "The court held that the contract was void for want of consideration.", "Plate tectonics explains why earthquakes line up along narrow belts.", "A hash table finds an entry in constant time on average.", "Sonnets have fourteen lines and usually end with a couplet.",
]
TEXTS = list(BASE)
while len(TEXTS) < 100:
    n = len(TEXTS) - len(BASE)
    TEXTS.append(" ".join(SENTENCES[(n * 7 + k * 3) % 10] for k in range(1 + n % 18)))


def main():
    folder = os.environ.get("MODEL_DIR", "var/models/all-MiniLM-L6-v2")
    here = pathlib.Path(__file__).parent
    model = BertModel(BertConfig(
        vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536,
        max_position_embeddings=512, hidden_act="gelu", layer_norm_eps=1e-12))
    missing = model.load_state_dict(load_file(folder + "/model.safetensors"), strict=False).missing_keys
    assert not missing, missing
    model.eval()
    tokenizer = BertTokenizerFast(folder + "/vocab.txt", do_lower_case=True)
    vectors = []
    numbers = []
    with torch.no_grad():
        for text in TEXTS:
            pieces = tokenizer(text, return_tensors="pt")
            assert pieces["input_ids"].shape[1] <= 256, "a reference text must fit into one window"
            numbers.append(pieces["input_ids"][0].tolist())
            mean = model(**pieces).last_hidden_state[0].mean(0)
            vectors.append(torch.nn.functional.normalize(mean, dim=0))
    (here / "vectors.f16").write_bytes(torch.stack(vectors).half().numpy().astype("<f2").tobytes())
    (here / "texts.json").write_text(json.dumps([{"text": t, "pieces": n} for t, n in zip(TEXTS, numbers)], ensure_ascii=True, separators=(",", ":")))


main()
