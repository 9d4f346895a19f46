import NotifyService
import ServiceKit

NotifyProgram.prepareProcess()
await ServiceMain.run(NotifyProgram.self)
