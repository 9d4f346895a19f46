import IngestService
import ServiceKit

IngestApp.prepareProcess()
await ServiceMain.run(IngestApp.self)
