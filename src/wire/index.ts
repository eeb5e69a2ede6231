/** The wire: the services and messages of `proto/atoll`, and how errors travel beside them. */
export type * as admin from "./admin-messages.js";
export type * as kv from "./kv-messages.js";
export type * as peer from "./peer-messages.js";
export { decodeStatusDetails, encodeStatusDetails, STATUS_DETAILS_KEY } from "./rich-error.js";
export {
  AdminServiceClient,
  adminService,
  KvServiceClient,
  kvService,
  PeerServiceClient,
  peerService,
} from "./services.js";
export { statusMessage } from "./status-message.js";
