/** What nodes of one cluster speak among themselves, as generated from the protos: `X` to send, `X__Output` as received. */
export type * from "./generated/atoll/peer/v1/ExchangeRequest.js";
export type * from "./generated/atoll/peer/v1/ExchangeResponse.js";
export type * from "./generated/atoll/peer/v1/Hello.js";
export type * from "./generated/atoll/peer/v1/PeerService.js";
