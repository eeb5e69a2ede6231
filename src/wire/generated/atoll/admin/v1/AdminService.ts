// Original file: proto/atoll/admin/v1/admin.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetDigestRequest as _atoll_admin_v1_GetDigestRequest, GetDigestRequest__Output as _atoll_admin_v1_GetDigestRequest__Output } from '../../../atoll/admin/v1/GetDigestRequest.js';
import type { GetDigestResponse as _atoll_admin_v1_GetDigestResponse, GetDigestResponse__Output as _atoll_admin_v1_GetDigestResponse__Output } from '../../../atoll/admin/v1/GetDigestResponse.js';
import type { GetLagRequest as _atoll_admin_v1_GetLagRequest, GetLagRequest__Output as _atoll_admin_v1_GetLagRequest__Output } from '../../../atoll/admin/v1/GetLagRequest.js';
import type { GetLagResponse as _atoll_admin_v1_GetLagResponse, GetLagResponse__Output as _atoll_admin_v1_GetLagResponse__Output } from '../../../atoll/admin/v1/GetLagResponse.js';
import type { GetStatusRequest as _atoll_admin_v1_GetStatusRequest, GetStatusRequest__Output as _atoll_admin_v1_GetStatusRequest__Output } from '../../../atoll/admin/v1/GetStatusRequest.js';
import type { GetStatusResponse as _atoll_admin_v1_GetStatusResponse, GetStatusResponse__Output as _atoll_admin_v1_GetStatusResponse__Output } from '../../../atoll/admin/v1/GetStatusResponse.js';
import type { ListConflictsRequest as _atoll_admin_v1_ListConflictsRequest, ListConflictsRequest__Output as _atoll_admin_v1_ListConflictsRequest__Output } from '../../../atoll/admin/v1/ListConflictsRequest.js';
import type { ListConflictsResponse as _atoll_admin_v1_ListConflictsResponse, ListConflictsResponse__Output as _atoll_admin_v1_ListConflictsResponse__Output } from '../../../atoll/admin/v1/ListConflictsResponse.js';
import type { ListHintsRequest as _atoll_admin_v1_ListHintsRequest, ListHintsRequest__Output as _atoll_admin_v1_ListHintsRequest__Output } from '../../../atoll/admin/v1/ListHintsRequest.js';
import type { ListHintsResponse as _atoll_admin_v1_ListHintsResponse, ListHintsResponse__Output as _atoll_admin_v1_ListHintsResponse__Output } from '../../../atoll/admin/v1/ListHintsResponse.js';
import type { RemoveMemberRequest as _atoll_admin_v1_RemoveMemberRequest, RemoveMemberRequest__Output as _atoll_admin_v1_RemoveMemberRequest__Output } from '../../../atoll/admin/v1/RemoveMemberRequest.js';
import type { RemoveMemberResponse as _atoll_admin_v1_RemoveMemberResponse, RemoveMemberResponse__Output as _atoll_admin_v1_RemoveMemberResponse__Output } from '../../../atoll/admin/v1/RemoveMemberResponse.js';
import type { RepairRequest as _atoll_admin_v1_RepairRequest, RepairRequest__Output as _atoll_admin_v1_RepairRequest__Output } from '../../../atoll/admin/v1/RepairRequest.js';
import type { RepairResponse as _atoll_admin_v1_RepairResponse, RepairResponse__Output as _atoll_admin_v1_RepairResponse__Output } from '../../../atoll/admin/v1/RepairResponse.js';

/**
 * AdminService is what operators speak. It answers for the node asked, which sees its peers through their streams.
 */
export interface AdminServiceClient extends grpc.Client {
  /**
   * Digests of live data: equal on two nodes with the same partitions means equal data.
   */
  GetDigest(argument: _atoll_admin_v1_GetDigestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetDigestResponse__Output>): grpc.ClientUnaryCall;
  GetDigest(argument: _atoll_admin_v1_GetDigestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_GetDigestResponse__Output>): grpc.ClientUnaryCall;
  GetDigest(argument: _atoll_admin_v1_GetDigestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetDigestResponse__Output>): grpc.ClientUnaryCall;
  GetDigest(argument: _atoll_admin_v1_GetDigestRequest, callback: grpc.requestCallback<_atoll_admin_v1_GetDigestResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Digests of live data: equal on two nodes with the same partitions means equal data.
   */
  getDigest(argument: _atoll_admin_v1_GetDigestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetDigestResponse__Output>): grpc.ClientUnaryCall;
  getDigest(argument: _atoll_admin_v1_GetDigestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_GetDigestResponse__Output>): grpc.ClientUnaryCall;
  getDigest(argument: _atoll_admin_v1_GetDigestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetDigestResponse__Output>): grpc.ClientUnaryCall;
  getDigest(argument: _atoll_admin_v1_GetDigestRequest, callback: grpc.requestCallback<_atoll_admin_v1_GetDigestResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * How far each replica is behind, in dots and milliseconds.
   */
  GetLag(argument: _atoll_admin_v1_GetLagRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetLagResponse__Output>): grpc.ClientUnaryCall;
  GetLag(argument: _atoll_admin_v1_GetLagRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_GetLagResponse__Output>): grpc.ClientUnaryCall;
  GetLag(argument: _atoll_admin_v1_GetLagRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetLagResponse__Output>): grpc.ClientUnaryCall;
  GetLag(argument: _atoll_admin_v1_GetLagRequest, callback: grpc.requestCallback<_atoll_admin_v1_GetLagResponse__Output>): grpc.ClientUnaryCall;
  /**
   * How far each replica is behind, in dots and milliseconds.
   */
  getLag(argument: _atoll_admin_v1_GetLagRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetLagResponse__Output>): grpc.ClientUnaryCall;
  getLag(argument: _atoll_admin_v1_GetLagRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_GetLagResponse__Output>): grpc.ClientUnaryCall;
  getLag(argument: _atoll_admin_v1_GetLagRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetLagResponse__Output>): grpc.ClientUnaryCall;
  getLag(argument: _atoll_admin_v1_GetLagRequest, callback: grpc.requestCallback<_atoll_admin_v1_GetLagResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The node, its partitions and its peers.
   */
  GetStatus(argument: _atoll_admin_v1_GetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _atoll_admin_v1_GetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _atoll_admin_v1_GetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _atoll_admin_v1_GetStatusRequest, callback: grpc.requestCallback<_atoll_admin_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The node, its partitions and its peers.
   */
  getStatus(argument: _atoll_admin_v1_GetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _atoll_admin_v1_GetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _atoll_admin_v1_GetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _atoll_admin_v1_GetStatusRequest, callback: grpc.requestCallback<_atoll_admin_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * What last-write-wins discarded, where the bucket keeps a conflict log.
   */
  ListConflicts(argument: _atoll_admin_v1_ListConflictsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_ListConflictsResponse__Output>): grpc.ClientUnaryCall;
  ListConflicts(argument: _atoll_admin_v1_ListConflictsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_ListConflictsResponse__Output>): grpc.ClientUnaryCall;
  ListConflicts(argument: _atoll_admin_v1_ListConflictsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_ListConflictsResponse__Output>): grpc.ClientUnaryCall;
  ListConflicts(argument: _atoll_admin_v1_ListConflictsRequest, callback: grpc.requestCallback<_atoll_admin_v1_ListConflictsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * What last-write-wins discarded, where the bucket keeps a conflict log.
   */
  listConflicts(argument: _atoll_admin_v1_ListConflictsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_ListConflictsResponse__Output>): grpc.ClientUnaryCall;
  listConflicts(argument: _atoll_admin_v1_ListConflictsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_ListConflictsResponse__Output>): grpc.ClientUnaryCall;
  listConflicts(argument: _atoll_admin_v1_ListConflictsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_ListConflictsResponse__Output>): grpc.ClientUnaryCall;
  listConflicts(argument: _atoll_admin_v1_ListConflictsRequest, callback: grpc.requestCallback<_atoll_admin_v1_ListConflictsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * What is kept for peers that are away.
   */
  ListHints(argument: _atoll_admin_v1_ListHintsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_ListHintsResponse__Output>): grpc.ClientUnaryCall;
  ListHints(argument: _atoll_admin_v1_ListHintsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_ListHintsResponse__Output>): grpc.ClientUnaryCall;
  ListHints(argument: _atoll_admin_v1_ListHintsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_ListHintsResponse__Output>): grpc.ClientUnaryCall;
  ListHints(argument: _atoll_admin_v1_ListHintsRequest, callback: grpc.requestCallback<_atoll_admin_v1_ListHintsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * What is kept for peers that are away.
   */
  listHints(argument: _atoll_admin_v1_ListHintsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_ListHintsResponse__Output>): grpc.ClientUnaryCall;
  listHints(argument: _atoll_admin_v1_ListHintsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_ListHintsResponse__Output>): grpc.ClientUnaryCall;
  listHints(argument: _atoll_admin_v1_ListHintsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_ListHintsResponse__Output>): grpc.ClientUnaryCall;
  listHints(argument: _atoll_admin_v1_ListHintsRequest, callback: grpc.requestCallback<_atoll_admin_v1_ListHintsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Removes a dead member for ever and fences its epoch.
   */
  RemoveMember(argument: _atoll_admin_v1_RemoveMemberRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_RemoveMemberResponse__Output>): grpc.ClientUnaryCall;
  RemoveMember(argument: _atoll_admin_v1_RemoveMemberRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_RemoveMemberResponse__Output>): grpc.ClientUnaryCall;
  RemoveMember(argument: _atoll_admin_v1_RemoveMemberRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_RemoveMemberResponse__Output>): grpc.ClientUnaryCall;
  RemoveMember(argument: _atoll_admin_v1_RemoveMemberRequest, callback: grpc.requestCallback<_atoll_admin_v1_RemoveMemberResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Removes a dead member for ever and fences its epoch.
   */
  removeMember(argument: _atoll_admin_v1_RemoveMemberRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_RemoveMemberResponse__Output>): grpc.ClientUnaryCall;
  removeMember(argument: _atoll_admin_v1_RemoveMemberRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_admin_v1_RemoveMemberResponse__Output>): grpc.ClientUnaryCall;
  removeMember(argument: _atoll_admin_v1_RemoveMemberRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_admin_v1_RemoveMemberResponse__Output>): grpc.ClientUnaryCall;
  removeMember(argument: _atoll_admin_v1_RemoveMemberRequest, callback: grpc.requestCallback<_atoll_admin_v1_RemoveMemberResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Compares replicas and heals what differs, with progress.
   */
  Repair(argument: _atoll_admin_v1_RepairRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_admin_v1_RepairResponse__Output>;
  Repair(argument: _atoll_admin_v1_RepairRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_admin_v1_RepairResponse__Output>;
  /**
   * Compares replicas and heals what differs, with progress.
   */
  repair(argument: _atoll_admin_v1_RepairRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_admin_v1_RepairResponse__Output>;
  repair(argument: _atoll_admin_v1_RepairRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_admin_v1_RepairResponse__Output>;
  
}

/**
 * AdminService is what operators speak. It answers for the node asked, which sees its peers through their streams.
 */
export interface AdminServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Digests of live data: equal on two nodes with the same partitions means equal data.
   */
  GetDigest: grpc.handleUnaryCall<_atoll_admin_v1_GetDigestRequest__Output, _atoll_admin_v1_GetDigestResponse>;
  
  /**
   * How far each replica is behind, in dots and milliseconds.
   */
  GetLag: grpc.handleUnaryCall<_atoll_admin_v1_GetLagRequest__Output, _atoll_admin_v1_GetLagResponse>;
  
  /**
   * The node, its partitions and its peers.
   */
  GetStatus: grpc.handleUnaryCall<_atoll_admin_v1_GetStatusRequest__Output, _atoll_admin_v1_GetStatusResponse>;
  
  /**
   * What last-write-wins discarded, where the bucket keeps a conflict log.
   */
  ListConflicts: grpc.handleUnaryCall<_atoll_admin_v1_ListConflictsRequest__Output, _atoll_admin_v1_ListConflictsResponse>;
  
  /**
   * What is kept for peers that are away.
   */
  ListHints: grpc.handleUnaryCall<_atoll_admin_v1_ListHintsRequest__Output, _atoll_admin_v1_ListHintsResponse>;
  
  /**
   * Removes a dead member for ever and fences its epoch.
   */
  RemoveMember: grpc.handleUnaryCall<_atoll_admin_v1_RemoveMemberRequest__Output, _atoll_admin_v1_RemoveMemberResponse>;
  
  /**
   * Compares replicas and heals what differs, with progress.
   */
  Repair: grpc.handleServerStreamingCall<_atoll_admin_v1_RepairRequest__Output, _atoll_admin_v1_RepairResponse>;
  
}

export interface AdminServiceDefinition extends grpc.ServiceDefinition {
  GetDigest: MethodDefinition<_atoll_admin_v1_GetDigestRequest, _atoll_admin_v1_GetDigestResponse, _atoll_admin_v1_GetDigestRequest__Output, _atoll_admin_v1_GetDigestResponse__Output>
  GetLag: MethodDefinition<_atoll_admin_v1_GetLagRequest, _atoll_admin_v1_GetLagResponse, _atoll_admin_v1_GetLagRequest__Output, _atoll_admin_v1_GetLagResponse__Output>
  GetStatus: MethodDefinition<_atoll_admin_v1_GetStatusRequest, _atoll_admin_v1_GetStatusResponse, _atoll_admin_v1_GetStatusRequest__Output, _atoll_admin_v1_GetStatusResponse__Output>
  ListConflicts: MethodDefinition<_atoll_admin_v1_ListConflictsRequest, _atoll_admin_v1_ListConflictsResponse, _atoll_admin_v1_ListConflictsRequest__Output, _atoll_admin_v1_ListConflictsResponse__Output>
  ListHints: MethodDefinition<_atoll_admin_v1_ListHintsRequest, _atoll_admin_v1_ListHintsResponse, _atoll_admin_v1_ListHintsRequest__Output, _atoll_admin_v1_ListHintsResponse__Output>
  RemoveMember: MethodDefinition<_atoll_admin_v1_RemoveMemberRequest, _atoll_admin_v1_RemoveMemberResponse, _atoll_admin_v1_RemoveMemberRequest__Output, _atoll_admin_v1_RemoveMemberResponse__Output>
  Repair: MethodDefinition<_atoll_admin_v1_RepairRequest, _atoll_admin_v1_RepairResponse, _atoll_admin_v1_RepairRequest__Output, _atoll_admin_v1_RepairResponse__Output>
}
