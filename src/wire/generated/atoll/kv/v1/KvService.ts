// Original file: proto/atoll/kv/v1/kv.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { BatchGetRequest as _atoll_kv_v1_BatchGetRequest, BatchGetRequest__Output as _atoll_kv_v1_BatchGetRequest__Output } from '../../../atoll/kv/v1/BatchGetRequest.js';
import type { BatchGetResponse as _atoll_kv_v1_BatchGetResponse, BatchGetResponse__Output as _atoll_kv_v1_BatchGetResponse__Output } from '../../../atoll/kv/v1/BatchGetResponse.js';
import type { BatchWriteRequest as _atoll_kv_v1_BatchWriteRequest, BatchWriteRequest__Output as _atoll_kv_v1_BatchWriteRequest__Output } from '../../../atoll/kv/v1/BatchWriteRequest.js';
import type { BatchWriteResponse as _atoll_kv_v1_BatchWriteResponse, BatchWriteResponse__Output as _atoll_kv_v1_BatchWriteResponse__Output } from '../../../atoll/kv/v1/BatchWriteResponse.js';
import type { DeleteRequest as _atoll_kv_v1_DeleteRequest, DeleteRequest__Output as _atoll_kv_v1_DeleteRequest__Output } from '../../../atoll/kv/v1/DeleteRequest.js';
import type { DeleteResponse as _atoll_kv_v1_DeleteResponse, DeleteResponse__Output as _atoll_kv_v1_DeleteResponse__Output } from '../../../atoll/kv/v1/DeleteResponse.js';
import type { GetLayoutRequest as _atoll_kv_v1_GetLayoutRequest, GetLayoutRequest__Output as _atoll_kv_v1_GetLayoutRequest__Output } from '../../../atoll/kv/v1/GetLayoutRequest.js';
import type { GetLayoutResponse as _atoll_kv_v1_GetLayoutResponse, GetLayoutResponse__Output as _atoll_kv_v1_GetLayoutResponse__Output } from '../../../atoll/kv/v1/GetLayoutResponse.js';
import type { GetRequest as _atoll_kv_v1_GetRequest, GetRequest__Output as _atoll_kv_v1_GetRequest__Output } from '../../../atoll/kv/v1/GetRequest.js';
import type { GetResponse as _atoll_kv_v1_GetResponse, GetResponse__Output as _atoll_kv_v1_GetResponse__Output } from '../../../atoll/kv/v1/GetResponse.js';
import type { PipelineRequest as _atoll_kv_v1_PipelineRequest, PipelineRequest__Output as _atoll_kv_v1_PipelineRequest__Output } from '../../../atoll/kv/v1/PipelineRequest.js';
import type { PipelineResponse as _atoll_kv_v1_PipelineResponse, PipelineResponse__Output as _atoll_kv_v1_PipelineResponse__Output } from '../../../atoll/kv/v1/PipelineResponse.js';
import type { PutRequest as _atoll_kv_v1_PutRequest, PutRequest__Output as _atoll_kv_v1_PutRequest__Output } from '../../../atoll/kv/v1/PutRequest.js';
import type { PutResponse as _atoll_kv_v1_PutResponse, PutResponse__Output as _atoll_kv_v1_PutResponse__Output } from '../../../atoll/kv/v1/PutResponse.js';
import type { ScanRequest as _atoll_kv_v1_ScanRequest, ScanRequest__Output as _atoll_kv_v1_ScanRequest__Output } from '../../../atoll/kv/v1/ScanRequest.js';
import type { ScanResponse as _atoll_kv_v1_ScanResponse, ScanResponse__Output as _atoll_kv_v1_ScanResponse__Output } from '../../../atoll/kv/v1/ScanResponse.js';
import type { UpdateRequest as _atoll_kv_v1_UpdateRequest, UpdateRequest__Output as _atoll_kv_v1_UpdateRequest__Output } from '../../../atoll/kv/v1/UpdateRequest.js';
import type { UpdateResponse as _atoll_kv_v1_UpdateResponse, UpdateResponse__Output as _atoll_kv_v1_UpdateResponse__Output } from '../../../atoll/kv/v1/UpdateResponse.js';
import type { WatchRequest as _atoll_kv_v1_WatchRequest, WatchRequest__Output as _atoll_kv_v1_WatchRequest__Output } from '../../../atoll/kv/v1/WatchRequest.js';
import type { WatchResponse as _atoll_kv_v1_WatchResponse, WatchResponse__Output as _atoll_kv_v1_WatchResponse__Output } from '../../../atoll/kv/v1/WatchResponse.js';

/**
 * KvService is what applications speak. Any node takes any request; a node that holds no replica of the key
 * forwards it to one that does. Limits (key, value, message) are the server's: a request beyond them gets
 * INVALID_ARGUMENT that names the field.
 * 
 * Errors carry a google.rpc.Status in `grpc-status-details-bin` with a google.rpc.ErrorInfo of domain "atolldb",
 * whose `reason` is the name of an ErrorReason without its prefix.
 */
export interface KvServiceClient extends grpc.Client {
  /**
   * Reads many keys in parallel; each item has a result of its own.
   */
  BatchGet(argument: _atoll_kv_v1_BatchGetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_BatchGetResponse__Output>): grpc.ClientUnaryCall;
  BatchGet(argument: _atoll_kv_v1_BatchGetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_BatchGetResponse__Output>): grpc.ClientUnaryCall;
  BatchGet(argument: _atoll_kv_v1_BatchGetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_BatchGetResponse__Output>): grpc.ClientUnaryCall;
  BatchGet(argument: _atoll_kv_v1_BatchGetRequest, callback: grpc.requestCallback<_atoll_kv_v1_BatchGetResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Reads many keys in parallel; each item has a result of its own.
   */
  batchGet(argument: _atoll_kv_v1_BatchGetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_BatchGetResponse__Output>): grpc.ClientUnaryCall;
  batchGet(argument: _atoll_kv_v1_BatchGetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_BatchGetResponse__Output>): grpc.ClientUnaryCall;
  batchGet(argument: _atoll_kv_v1_BatchGetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_BatchGetResponse__Output>): grpc.ClientUnaryCall;
  batchGet(argument: _atoll_kv_v1_BatchGetRequest, callback: grpc.requestCallback<_atoll_kv_v1_BatchGetResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Writes many keys: in parallel, each item with a result of its own; or as one, where they are of one partition.
   */
  BatchWrite(argument: _atoll_kv_v1_BatchWriteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_BatchWriteResponse__Output>): grpc.ClientUnaryCall;
  BatchWrite(argument: _atoll_kv_v1_BatchWriteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_BatchWriteResponse__Output>): grpc.ClientUnaryCall;
  BatchWrite(argument: _atoll_kv_v1_BatchWriteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_BatchWriteResponse__Output>): grpc.ClientUnaryCall;
  BatchWrite(argument: _atoll_kv_v1_BatchWriteRequest, callback: grpc.requestCallback<_atoll_kv_v1_BatchWriteResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Writes many keys: in parallel, each item with a result of its own; or as one, where they are of one partition.
   */
  batchWrite(argument: _atoll_kv_v1_BatchWriteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_BatchWriteResponse__Output>): grpc.ClientUnaryCall;
  batchWrite(argument: _atoll_kv_v1_BatchWriteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_BatchWriteResponse__Output>): grpc.ClientUnaryCall;
  batchWrite(argument: _atoll_kv_v1_BatchWriteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_BatchWriteResponse__Output>): grpc.ClientUnaryCall;
  batchWrite(argument: _atoll_kv_v1_BatchWriteRequest, callback: grpc.requestCallback<_atoll_kv_v1_BatchWriteResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Deletes one key of any type. Deleting what is not there succeeds.
   */
  Delete(argument: _atoll_kv_v1_DeleteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _atoll_kv_v1_DeleteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _atoll_kv_v1_DeleteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _atoll_kv_v1_DeleteRequest, callback: grpc.requestCallback<_atoll_kv_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Deletes one key of any type. Deleting what is not there succeeds.
   */
  delete(argument: _atoll_kv_v1_DeleteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _atoll_kv_v1_DeleteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _atoll_kv_v1_DeleteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _atoll_kv_v1_DeleteRequest, callback: grpc.requestCallback<_atoll_kv_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Reads one key.
   */
  Get(argument: _atoll_kv_v1_GetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _atoll_kv_v1_GetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _atoll_kv_v1_GetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _atoll_kv_v1_GetRequest, callback: grpc.requestCallback<_atoll_kv_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Reads one key.
   */
  get(argument: _atoll_kv_v1_GetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _atoll_kv_v1_GetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _atoll_kv_v1_GetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _atoll_kv_v1_GetRequest, callback: grpc.requestCallback<_atoll_kv_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The layout that clients route by: nodes, regions, and which nodes hold which partition.
   */
  GetLayout(argument: _atoll_kv_v1_GetLayoutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_GetLayoutResponse__Output>): grpc.ClientUnaryCall;
  GetLayout(argument: _atoll_kv_v1_GetLayoutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_GetLayoutResponse__Output>): grpc.ClientUnaryCall;
  GetLayout(argument: _atoll_kv_v1_GetLayoutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_GetLayoutResponse__Output>): grpc.ClientUnaryCall;
  GetLayout(argument: _atoll_kv_v1_GetLayoutRequest, callback: grpc.requestCallback<_atoll_kv_v1_GetLayoutResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The layout that clients route by: nodes, regions, and which nodes hold which partition.
   */
  getLayout(argument: _atoll_kv_v1_GetLayoutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_GetLayoutResponse__Output>): grpc.ClientUnaryCall;
  getLayout(argument: _atoll_kv_v1_GetLayoutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_GetLayoutResponse__Output>): grpc.ClientUnaryCall;
  getLayout(argument: _atoll_kv_v1_GetLayoutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_GetLayoutResponse__Output>): grpc.ClientUnaryCall;
  getLayout(argument: _atoll_kv_v1_GetLayoutRequest, callback: grpc.requestCallback<_atoll_kv_v1_GetLayoutResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Frames of many operations of any kind on one long-lived stream; replies may come out of order.
   */
  Pipeline(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_kv_v1_PipelineRequest, _atoll_kv_v1_PipelineResponse__Output>;
  Pipeline(options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_kv_v1_PipelineRequest, _atoll_kv_v1_PipelineResponse__Output>;
  /**
   * Frames of many operations of any kind on one long-lived stream; replies may come out of order.
   */
  pipeline(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_kv_v1_PipelineRequest, _atoll_kv_v1_PipelineResponse__Output>;
  pipeline(options?: grpc.CallOptions): grpc.ClientDuplexStream<_atoll_kv_v1_PipelineRequest, _atoll_kv_v1_PipelineResponse__Output>;
  
  /**
   * Writes one value: replaces a register, or adds to (with a context: resolves) the siblings of a multi.
   */
  Put(argument: _atoll_kv_v1_PutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_PutResponse__Output>): grpc.ClientUnaryCall;
  Put(argument: _atoll_kv_v1_PutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_PutResponse__Output>): grpc.ClientUnaryCall;
  Put(argument: _atoll_kv_v1_PutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_PutResponse__Output>): grpc.ClientUnaryCall;
  Put(argument: _atoll_kv_v1_PutRequest, callback: grpc.requestCallback<_atoll_kv_v1_PutResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Writes one value: replaces a register, or adds to (with a context: resolves) the siblings of a multi.
   */
  put(argument: _atoll_kv_v1_PutRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_PutResponse__Output>): grpc.ClientUnaryCall;
  put(argument: _atoll_kv_v1_PutRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_PutResponse__Output>): grpc.ClientUnaryCall;
  put(argument: _atoll_kv_v1_PutRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_PutResponse__Output>): grpc.ClientUnaryCall;
  put(argument: _atoll_kv_v1_PutRequest, callback: grpc.requestCallback<_atoll_kv_v1_PutResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Streams the rows of a bucket in key order.
   */
  Scan(argument: _atoll_kv_v1_ScanRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_kv_v1_ScanResponse__Output>;
  Scan(argument: _atoll_kv_v1_ScanRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_kv_v1_ScanResponse__Output>;
  /**
   * Streams the rows of a bucket in key order.
   */
  scan(argument: _atoll_kv_v1_ScanRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_kv_v1_ScanResponse__Output>;
  scan(argument: _atoll_kv_v1_ScanRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_kv_v1_ScanResponse__Output>;
  
  /**
   * Applies data type operations to one key, atomically at the coordinator.
   */
  Update(argument: _atoll_kv_v1_UpdateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_UpdateResponse__Output>): grpc.ClientUnaryCall;
  Update(argument: _atoll_kv_v1_UpdateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_UpdateResponse__Output>): grpc.ClientUnaryCall;
  Update(argument: _atoll_kv_v1_UpdateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_UpdateResponse__Output>): grpc.ClientUnaryCall;
  Update(argument: _atoll_kv_v1_UpdateRequest, callback: grpc.requestCallback<_atoll_kv_v1_UpdateResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Applies data type operations to one key, atomically at the coordinator.
   */
  update(argument: _atoll_kv_v1_UpdateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_UpdateResponse__Output>): grpc.ClientUnaryCall;
  update(argument: _atoll_kv_v1_UpdateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_atoll_kv_v1_UpdateResponse__Output>): grpc.ClientUnaryCall;
  update(argument: _atoll_kv_v1_UpdateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_atoll_kv_v1_UpdateResponse__Output>): grpc.ClientUnaryCall;
  update(argument: _atoll_kv_v1_UpdateRequest, callback: grpc.requestCallback<_atoll_kv_v1_UpdateResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Streams changes as they become visible in the local region.
   */
  Watch(argument: _atoll_kv_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_kv_v1_WatchResponse__Output>;
  Watch(argument: _atoll_kv_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_kv_v1_WatchResponse__Output>;
  /**
   * Streams changes as they become visible in the local region.
   */
  watch(argument: _atoll_kv_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_kv_v1_WatchResponse__Output>;
  watch(argument: _atoll_kv_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_atoll_kv_v1_WatchResponse__Output>;
  
}

/**
 * KvService is what applications speak. Any node takes any request; a node that holds no replica of the key
 * forwards it to one that does. Limits (key, value, message) are the server's: a request beyond them gets
 * INVALID_ARGUMENT that names the field.
 * 
 * Errors carry a google.rpc.Status in `grpc-status-details-bin` with a google.rpc.ErrorInfo of domain "atolldb",
 * whose `reason` is the name of an ErrorReason without its prefix.
 */
export interface KvServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Reads many keys in parallel; each item has a result of its own.
   */
  BatchGet: grpc.handleUnaryCall<_atoll_kv_v1_BatchGetRequest__Output, _atoll_kv_v1_BatchGetResponse>;
  
  /**
   * Writes many keys: in parallel, each item with a result of its own; or as one, where they are of one partition.
   */
  BatchWrite: grpc.handleUnaryCall<_atoll_kv_v1_BatchWriteRequest__Output, _atoll_kv_v1_BatchWriteResponse>;
  
  /**
   * Deletes one key of any type. Deleting what is not there succeeds.
   */
  Delete: grpc.handleUnaryCall<_atoll_kv_v1_DeleteRequest__Output, _atoll_kv_v1_DeleteResponse>;
  
  /**
   * Reads one key.
   */
  Get: grpc.handleUnaryCall<_atoll_kv_v1_GetRequest__Output, _atoll_kv_v1_GetResponse>;
  
  /**
   * The layout that clients route by: nodes, regions, and which nodes hold which partition.
   */
  GetLayout: grpc.handleUnaryCall<_atoll_kv_v1_GetLayoutRequest__Output, _atoll_kv_v1_GetLayoutResponse>;
  
  /**
   * Frames of many operations of any kind on one long-lived stream; replies may come out of order.
   */
  Pipeline: grpc.handleBidiStreamingCall<_atoll_kv_v1_PipelineRequest__Output, _atoll_kv_v1_PipelineResponse>;
  
  /**
   * Writes one value: replaces a register, or adds to (with a context: resolves) the siblings of a multi.
   */
  Put: grpc.handleUnaryCall<_atoll_kv_v1_PutRequest__Output, _atoll_kv_v1_PutResponse>;
  
  /**
   * Streams the rows of a bucket in key order.
   */
  Scan: grpc.handleServerStreamingCall<_atoll_kv_v1_ScanRequest__Output, _atoll_kv_v1_ScanResponse>;
  
  /**
   * Applies data type operations to one key, atomically at the coordinator.
   */
  Update: grpc.handleUnaryCall<_atoll_kv_v1_UpdateRequest__Output, _atoll_kv_v1_UpdateResponse>;
  
  /**
   * Streams changes as they become visible in the local region.
   */
  Watch: grpc.handleServerStreamingCall<_atoll_kv_v1_WatchRequest__Output, _atoll_kv_v1_WatchResponse>;
  
}

export interface KvServiceDefinition extends grpc.ServiceDefinition {
  BatchGet: MethodDefinition<_atoll_kv_v1_BatchGetRequest, _atoll_kv_v1_BatchGetResponse, _atoll_kv_v1_BatchGetRequest__Output, _atoll_kv_v1_BatchGetResponse__Output>
  BatchWrite: MethodDefinition<_atoll_kv_v1_BatchWriteRequest, _atoll_kv_v1_BatchWriteResponse, _atoll_kv_v1_BatchWriteRequest__Output, _atoll_kv_v1_BatchWriteResponse__Output>
  Delete: MethodDefinition<_atoll_kv_v1_DeleteRequest, _atoll_kv_v1_DeleteResponse, _atoll_kv_v1_DeleteRequest__Output, _atoll_kv_v1_DeleteResponse__Output>
  Get: MethodDefinition<_atoll_kv_v1_GetRequest, _atoll_kv_v1_GetResponse, _atoll_kv_v1_GetRequest__Output, _atoll_kv_v1_GetResponse__Output>
  GetLayout: MethodDefinition<_atoll_kv_v1_GetLayoutRequest, _atoll_kv_v1_GetLayoutResponse, _atoll_kv_v1_GetLayoutRequest__Output, _atoll_kv_v1_GetLayoutResponse__Output>
  Pipeline: MethodDefinition<_atoll_kv_v1_PipelineRequest, _atoll_kv_v1_PipelineResponse, _atoll_kv_v1_PipelineRequest__Output, _atoll_kv_v1_PipelineResponse__Output>
  Put: MethodDefinition<_atoll_kv_v1_PutRequest, _atoll_kv_v1_PutResponse, _atoll_kv_v1_PutRequest__Output, _atoll_kv_v1_PutResponse__Output>
  Scan: MethodDefinition<_atoll_kv_v1_ScanRequest, _atoll_kv_v1_ScanResponse, _atoll_kv_v1_ScanRequest__Output, _atoll_kv_v1_ScanResponse__Output>
  Update: MethodDefinition<_atoll_kv_v1_UpdateRequest, _atoll_kv_v1_UpdateResponse, _atoll_kv_v1_UpdateRequest__Output, _atoll_kv_v1_UpdateResponse__Output>
  Watch: MethodDefinition<_atoll_kv_v1_WatchRequest, _atoll_kv_v1_WatchResponse, _atoll_kv_v1_WatchRequest__Output, _atoll_kv_v1_WatchResponse__Output>
}
