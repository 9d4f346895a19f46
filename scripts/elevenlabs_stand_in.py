#!/usr/bin/env python3
"""Stands in for ElevenLabs' conversation API in demonstrations: one invented conversation, silence as its recording.

    elevenlabs_stand_in.py [--port 8095]

Then run Lectern with ELEVENLABS_BASE_URL=http://127.0.0.1:8095 and ask for the conversation "conv_demo". It is said to
be still processing for the first two seconds, as a real one is after a call. Standard library only.
"""
import argparse
import http.server
import json
import re
import time

CONVERSATION = "conv_demo"
LINES = [
    ("agent", "Good morning, this is the front desk of the Harbour Hotel. How can I help you?"),
    ("user", "Hello. I booked a double room for the weekend of the ninth, and I was charged twice for it."),
    ("agent", "I am sorry to hear that. May I have your booking number, please?"),
    ("user", "Yes, it is H B two seven four one, under the name of Marlow."),
    ("agent", "Thank you, Mister Marlow. I can see two payments of one hundred and eighty euros, both on the third."),
    ("user", "Exactly. One of them should not be there. I paid with the card 4111 1111 1111 1111."),
    ("agent", "The second payment is a mistake of ours. I will have it refunded today; it takes up to five working days."),
    ("user", "That is fine. Could I also get a later check-out on Sunday? Our train leaves at five."),
    ("agent", "We can keep the room for you until two o'clock without a charge, and store your luggage after that."),
    ("user", "Wonderful. Please send me a confirmation of the refund and of the late check-out."),
    ("agent", "I will send both to your email address within the hour. Is there anything else I can do for you?"),
    ("user", "No, that was all. Thank you for sorting it out so quickly."),
    ("agent", "You are welcome. We look forward to your stay. Goodbye."),
]
SECONDS_PER_LINE = 6
# A frame of MPEG-2 layer III at 8 kbit/s and 16 kHz with nothing in it: 36 bytes for 36 ms of silence.
FRAME = bytes([0xFF, 0xF3, 0x18, 0xC4]) + bytes(32)


def recording():
    return FRAME * round(len(LINES) * SECONDS_PER_LINE / 0.036)


def conversation(began):
    is_done = time.time() - began > 2
    transcript = [
        {"role": role, "message": text, "time_in_call_secs": index * SECONDS_PER_LINE}
        for index, (role, text) in enumerate(LINES)
    ]
    return {
        "conversation_id": CONVERSATION, "agent_id": "agent_demo", "agent_name": "Front desk",
        "status": "done" if is_done else "processing", "has_audio": is_done, "has_user_audio": is_done,
        "has_response_audio": is_done, "transcript": transcript if is_done else [],
        "metadata": {"start_time_unix_secs": int(began) - len(LINES) * SECONDS_PER_LINE,
                     "call_duration_secs": len(LINES) * SECONDS_PER_LINE, "cost": 420,
                     "termination_reason": "Remote party ended call", "main_language": "en"},
        "analysis": {"call_successful": "success", "transcript_summary": "A double charge is refunded."},
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    began = None

    def do_GET(self):
        path = self.path.split("?")[0]
        if re.fullmatch(r"/v1/convai/conversations/%s" % CONVERSATION, path):
            Handler.began = Handler.began or time.time()
            self.answer(200, json.dumps(conversation(Handler.began)).encode(), "application/json")
        elif path == "/v1/convai/conversations/%s/audio" % CONVERSATION:
            self.answer(200, recording(), "audio/mpeg")
        elif path == "/v1/convai/conversations":
            self.answer(200, b'{"conversations":[],"has_more":false,"next_cursor":null}', "application/json")
        else:
            body = {"detail": {"status": "not_found", "message": "this stand-in knows only " + CONVERSATION}}
            self.answer(404, json.dumps(body).encode(), "application/json")

    def answer(self, status, body, content_type):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8095)
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    print("This is a stand-in for ElevenLabs, not ElevenLabs: an invented conversation on "
          f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
