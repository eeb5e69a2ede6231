/** The three services, typed: `…Client` constructs clients, `…Service` is what a server registers. */
import type { ProtoGrpcType as AdminProto } from "./generated/admin.js";
import { descriptor as adminDescriptor } from "./generated/admin-descriptor.js";
import type { ProtoGrpcType as KvProto } from "./generated/kv.js";
import { descriptor as kvDescriptor } from "./generated/kv-descriptor.js";
import type { ProtoGrpcType as PeerProto } from "./generated/peer.js";
import { descriptor as peerDescriptor } from "./generated/peer-descriptor.js";
import { loadProto } from "./load-proto.js";

/** What applications speak. */
export const KvServiceClient = loadProto<KvProto>(kvDescriptor).atoll.kv.v1.KvService;
export const kvService = KvServiceClient.service;

/** What operators speak. */
export const AdminServiceClient = loadProto<AdminProto>(adminDescriptor).atoll.admin.v1.AdminService;
export const adminService = AdminServiceClient.service;

/** What nodes of one cluster speak among themselves. */
export const PeerServiceClient = loadProto<PeerProto>(peerDescriptor).atoll.peer.v1.PeerService;
export const peerService = PeerServiceClient.service;
