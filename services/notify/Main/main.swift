import NotifyService
import ServiceKit

await ServiceMain.run(NotifyProgram.self)
