import ChatService
import ServiceKit

await ServiceMain.run(ChatApp.self)
