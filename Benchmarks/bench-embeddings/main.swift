import Embeddings
import Glibc

let folder = getenv("MODEL_DIR").map { String(cString: $0) } ?? "var/models/all-MiniLM-L6-v2"
NativeEmbedder.prepareProcess()
let embedder = NativeEmbedder(modelFolder: folder, threads: 2)
let t =
    "Mother-to-child transmission is the main cause of infection in children worldwide. Given that the receptor can interact with pathogens, we hypothesized that it could influence transmission. "
let v = try await embedder.embed(["Hello world, how are you?", "Halló wereld"])
print(try NativeEmbedder.coreName(), v[0].prefix(5), v[1].prefix(5))
var texts: [String] = []
for i in 0..<400 { texts.append("\(i) " + t + t + "Number \(i) of them.") }
for _ in 0..<3 {
    let c = ContinuousClock.now
    _ = try await embedder.embed(texts)
    let d = ContinuousClock.now - c
    print(400.0 / (Double(d.components.attoseconds) * 1e-18 + Double(d.components.seconds)), "texts/s")
}
