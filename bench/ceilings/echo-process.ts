/** The echo service in a process of its own, as a node is. Tells its parent the port, and ends with it. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { addEcho } from "./echo-service.js";

const server = new Server();
addEcho(server);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ port });
});
process.once("disconnect", () => process.exit());
