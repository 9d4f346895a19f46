import DocsService
import ServiceKit

await ServiceMain.run(DocsProgram.self)
