"""Makes the order of a conversation's report: make_conversation.py KIND TURNS FILE

KIND is `english`, or `world` for turns in many scripts. The content is the same for the same arguments.
"""
import json
import random
import sys

SUBJECTS = "the invoice|the delivery|my account|the last payment|your technician|the contract|the new router|our office".split("|")
VERBS = "arrived late|was not correct|has been confirmed|needs another look|was promised for Tuesday|is still missing|can be changed online".split("|")
TAILS = ("because the address on the form was an old one|although I had called twice before|so that we can close the case today|"
         "and nobody could tell me why|which is what the letter of 3 March says|if that is possible without a fee|"
         "as my colleague Zoë O'Brien explained on the phone").split("|")
OPENERS = ("Thank you for calling.|I see.|Let me check that for you.|Just a moment, please.|Yes, exactly.|I'm sorry to hear that.|"
           "That would be great.|To be honest, I expected more.|Well, the point is this:").split("|")
WORLD = [
    "Γεια σας, θα ήθελα να ρωτήσω για τον λογαριασμό μου.", "Здравствуйте, мой заказ ещё не пришёл, а прошло уже две недели.",
    "مرحبًا، أود أن أسأل عن الفاتورة رقم 4711 التي وصلت في شهر مارس، لأن المبلغ فيها غير صحيح.",
    "שלום, אני רוצה לשאול על החשבון מספר 4711 מחודש מרץ (Lectern GmbH).",
    "नमस्ते, मेरा पिछला भुगतान अभी तक दिखाई नहीं दे रहा है। क्या आप जाँच कर सकते हैं?",
    "你好，我想问一下上个月的发票。金额好像不对，应该是一百二十元，而不是两百元。",
    "こんにちは。先月の請求書についてお聞きしたいのですが、金額が間違っているようです。",
    "안녕하세요, 지난달 청구서에 대해 문의하고 싶습니다. 금액이 잘못된 것 같아요.",
    "Super, danke! 😀👍🏽 Das Päckchen 📦 kam heute an – 👩‍👩‍👧 freuen sich. 🇩🇪",
    "สวัสดีค่ะ ต้องการสอบถามเรื่องใบแจ้งหนี้เดือนที่แล้วค่ะ", "Đơn hàng của tôi vẫn chưa được giao, tôi phải làm gì?",
]


def sentence(random):
    return f"{random.choice(SUBJECTS).capitalize()} {random.choice(VERBS)} {random.choice(TAILS)}."


def turn(random, kind, index):
    if kind == "world" and index % 2:
        return WORLD[index // 2 % len(WORLD)]
    return " ".join([random.choice(OPENERS)] + [sentence(random) for _ in range(random.choice([0, 1, 1, 2, 2, 3]))])


def main():
    kind, count, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    source = random.Random(7)
    at, turns = 0.0, []
    for index in range(count):
        text = turn(source, kind, index)
        turns.append({"speaker": "user" if index % 2 else "agent", "text": text, "at_seconds": round(at, 1)})
        at += 1 + len(text) / 15
    points = [
        {"text": f"The caller says that {t['text'].split('.')[0].lower()} and asks what will be done about it.",
         "quote": t["text"].split(".")[0] + ".", "at_seconds": t["at_seconds"]}
        for t in turns[1:count:max(1, count // 5)]][:5]
    order = {
        "title": "Call about an invoice that was charged twice", "account_id": "acme-support",
        "conversation_id": "conv_01jd8v5y3qf8s9k2m4n6p7r8t9", "agent_name": "Clara (billing)",
        "started_at": "2026-11-20T14:03:22.000Z", "duration_seconds": at, "status": "done",
        "generated_at": "2026-11-21T06:30:00.000Z",
        "metadata": [
            {"name": "Phone number", "value": "+49 30 1234567"}, {"name": "Language", "value": "en"},
            {"name": "Cost", "value": "296 credits"}, {"name": "Call successful", "value": "success"},
            {"name": "Termination reason", "value": "The caller ended the call after the case number was repeated."}],
        "summary": {
            "text": "The caller was charged twice for the same invoice and had already called about it before. The agent found "
                    "both payments, confirmed that the second one was a mistake, and promised to send it back.\n\n"
                    "The address on the account was an old one, which is why the letter never arrived; it was corrected "
                    "during the call.",
            "key_points": points, "engine": "ollama:llama3.1", "input_tokens": 8120, "output_tokens": 412,
            "action_items": ["Send the second payment back by Tuesday.", "Send a new invoice to the corrected address.",
                             "Call the customer when the refund has been booked."]} if count else {
            "text": "", "key_points": [], "action_items": [], "engine": "built-in", "input_tokens": 0, "output_tokens": 0},
        "turns": turns,
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(order, file, ensure_ascii=False)


main()
