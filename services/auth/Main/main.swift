import AuthService
import ServiceKit

await ServiceMain.run(AuthProgram.self)
