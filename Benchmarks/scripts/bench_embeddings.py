"""The work of bench_embeddings.sh: makes the texts, runs both sides in turns, prints medians and their ratio."""
import os
import resource
import statistics
import subprocess
import sys
import time

SENTENCES = [
    "Gradient descent moves the parameters against the slope of the loss until the changes become small.",
    "Mitochondria turn sugar and oxygen into energy that the cell can use for transport and growth.",
    "Supply and demand settle at a price where neither the buyers nor the sellers want to move.",
    "Plate tectonics explains why earthquakes and volcanoes line up along narrow belts of the globe.",
    "A hash table finds an entry in constant time on average if its function spreads the keys well.",
    "The court held that the contract was void because nothing had been promised in return.",
    "An enzyme lowers the activation energy of a reaction without being used up by it.",
]
TEXTS = [f"Part {n}. " + " ".join(SENTENCES[(n + k * 3) % 7] for k in range(5)) for n in range(400)]


def reference():
    """A function that embeds texts by sentence-transformers, or None with the reason printed."""
    try:
        import tempfile

        import torch
        from safetensors.torch import load_file
        from sentence_transformers import SentenceTransformer, models
        from transformers import BertConfig, BertModel, BertTokenizerFast
    except ImportError as error:
        print(f"reference   skipped: {error.name} is not installed (pip install sentence-transformers)")
        return None
    torch.set_num_threads(2)
    model = BertModel(BertConfig(
        vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536,
        max_position_embeddings=512, layer_norm_eps=1e-12))
    model.load_state_dict(load_file(os.environ["MODEL_DIR"] + "/model.safetensors"), strict=False)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        BertTokenizerFast(os.environ["MODEL_DIR"] + "/vocab.txt", do_lower_case=True).save_pretrained(folder)
        words = models.Transformer(folder, max_seq_length=256)
    whole = SentenceTransformer(modules=[words, models.Pooling(384, pooling_mode="mean"), models.Normalize()], device="cpu")
    tokens = sum(len(whole.tokenizer(t)["input_ids"]) for t in TEXTS) / len(TEXTS)
    print(f"texts       {len(TEXTS)} of {tokens:.0f} word pieces on average")
    whole.encode(TEXTS[:8])
    return lambda: whole.encode(TEXTS, batch_size=32, show_progress_bar=False)


def main():
    encode = reference()
    own, theirs, lines = [], [], {}
    for _ in range(3):
        answer = subprocess.run([sys.argv[1]], input="\n".join(TEXTS), capture_output=True, text=True)
        if answer.returncode != 0:
            sys.exit(answer.stdout + answer.stderr)
        for line in answer.stdout.splitlines():
            name, value = line.split(" ", 1)
            lines[name] = value
            if name == "rate":
                own.append(float(value))
        for _ in range(3 if encode else 0):
            began = time.monotonic()
            encode()
            theirs.append(len(TEXTS) / (time.monotonic() - began))
    print(f"built-in    {statistics.median(own):6.1f} texts/s, {lines['memory']} MB at most, first vectors after "
          f"{float(lines['first']) * 1000:.0f} ms, OpenBLAS core {lines['core']}")
    if theirs:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"reference   {statistics.median(theirs):6.1f} texts/s, {memory} MB at most (sentence-transformers)")
        print(f"ratio       {statistics.median(own) / statistics.median(theirs):.2f} (bound 1.0, aim 1.3), load {os.getloadavg()[0]:.1f}")


main()
