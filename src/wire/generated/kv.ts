import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Address as _atoll_kv_v1_Address, Address__Output as _atoll_kv_v1_Address__Output } from './atoll/kv/v1/Address.js';
import type { BatchGetRequest as _atoll_kv_v1_BatchGetRequest, BatchGetRequest__Output as _atoll_kv_v1_BatchGetRequest__Output } from './atoll/kv/v1/BatchGetRequest.js';
import type { BatchGetResponse as _atoll_kv_v1_BatchGetResponse, BatchGetResponse__Output as _atoll_kv_v1_BatchGetResponse__Output } from './atoll/kv/v1/BatchGetResponse.js';
import type { BatchGetResult as _atoll_kv_v1_BatchGetResult, BatchGetResult__Output as _atoll_kv_v1_BatchGetResult__Output } from './atoll/kv/v1/BatchGetResult.js';
import type { BatchWriteItem as _atoll_kv_v1_BatchWriteItem, BatchWriteItem__Output as _atoll_kv_v1_BatchWriteItem__Output } from './atoll/kv/v1/BatchWriteItem.js';
import type { BatchWriteRequest as _atoll_kv_v1_BatchWriteRequest, BatchWriteRequest__Output as _atoll_kv_v1_BatchWriteRequest__Output } from './atoll/kv/v1/BatchWriteRequest.js';
import type { BatchWriteResponse as _atoll_kv_v1_BatchWriteResponse, BatchWriteResponse__Output as _atoll_kv_v1_BatchWriteResponse__Output } from './atoll/kv/v1/BatchWriteResponse.js';
import type { BatchWriteResult as _atoll_kv_v1_BatchWriteResult, BatchWriteResult__Output as _atoll_kv_v1_BatchWriteResult__Output } from './atoll/kv/v1/BatchWriteResult.js';
import type { Change as _atoll_kv_v1_Change, Change__Output as _atoll_kv_v1_Change__Output } from './atoll/kv/v1/Change.js';
import type { Clear as _atoll_kv_v1_Clear, Clear__Output as _atoll_kv_v1_Clear__Output } from './atoll/kv/v1/Clear.js';
import type { Consistency as _atoll_kv_v1_Consistency, Consistency__Output as _atoll_kv_v1_Consistency__Output } from './atoll/kv/v1/Consistency.js';
import type { DeleteRequest as _atoll_kv_v1_DeleteRequest, DeleteRequest__Output as _atoll_kv_v1_DeleteRequest__Output } from './atoll/kv/v1/DeleteRequest.js';
import type { DeleteResponse as _atoll_kv_v1_DeleteResponse, DeleteResponse__Output as _atoll_kv_v1_DeleteResponse__Output } from './atoll/kv/v1/DeleteResponse.js';
import type { Dot as _atoll_kv_v1_Dot, Dot__Output as _atoll_kv_v1_Dot__Output } from './atoll/kv/v1/Dot.js';
import type { Element as _atoll_kv_v1_Element, Element__Output as _atoll_kv_v1_Element__Output } from './atoll/kv/v1/Element.js';
import type { GetLayoutRequest as _atoll_kv_v1_GetLayoutRequest, GetLayoutRequest__Output as _atoll_kv_v1_GetLayoutRequest__Output } from './atoll/kv/v1/GetLayoutRequest.js';
import type { GetLayoutResponse as _atoll_kv_v1_GetLayoutResponse, GetLayoutResponse__Output as _atoll_kv_v1_GetLayoutResponse__Output } from './atoll/kv/v1/GetLayoutResponse.js';
import type { GetRequest as _atoll_kv_v1_GetRequest, GetRequest__Output as _atoll_kv_v1_GetRequest__Output } from './atoll/kv/v1/GetRequest.js';
import type { GetResponse as _atoll_kv_v1_GetResponse, GetResponse__Output as _atoll_kv_v1_GetResponse__Output } from './atoll/kv/v1/GetResponse.js';
import type { ItemError as _atoll_kv_v1_ItemError, ItemError__Output as _atoll_kv_v1_ItemError__Output } from './atoll/kv/v1/ItemError.js';
import type { KvServiceClient as _atoll_kv_v1_KvServiceClient, KvServiceDefinition as _atoll_kv_v1_KvServiceDefinition } from './atoll/kv/v1/KvService.js';
import type { Layout as _atoll_kv_v1_Layout, Layout__Output as _atoll_kv_v1_Layout__Output } from './atoll/kv/v1/Layout.js';
import type { Member as _atoll_kv_v1_Member, Member__Output as _atoll_kv_v1_Member__Output } from './atoll/kv/v1/Member.js';
import type { Members as _atoll_kv_v1_Members, Members__Output as _atoll_kv_v1_Members__Output } from './atoll/kv/v1/Members.js';
import type { Operation as _atoll_kv_v1_Operation, Operation__Output as _atoll_kv_v1_Operation__Output } from './atoll/kv/v1/Operation.js';
import type { PipelineRequest as _atoll_kv_v1_PipelineRequest, PipelineRequest__Output as _atoll_kv_v1_PipelineRequest__Output } from './atoll/kv/v1/PipelineRequest.js';
import type { PipelineResponse as _atoll_kv_v1_PipelineResponse, PipelineResponse__Output as _atoll_kv_v1_PipelineResponse__Output } from './atoll/kv/v1/PipelineResponse.js';
import type { PutRequest as _atoll_kv_v1_PutRequest, PutRequest__Output as _atoll_kv_v1_PutRequest__Output } from './atoll/kv/v1/PutRequest.js';
import type { PutResponse as _atoll_kv_v1_PutResponse, PutResponse__Output as _atoll_kv_v1_PutResponse__Output } from './atoll/kv/v1/PutResponse.js';
import type { ReplicaSet as _atoll_kv_v1_ReplicaSet, ReplicaSet__Output as _atoll_kv_v1_ReplicaSet__Output } from './atoll/kv/v1/ReplicaSet.js';
import type { ReplyHeader as _atoll_kv_v1_ReplyHeader, ReplyHeader__Output as _atoll_kv_v1_ReplyHeader__Output } from './atoll/kv/v1/ReplyHeader.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from './atoll/kv/v1/RequestOptions.js';
import type { ScanRequest as _atoll_kv_v1_ScanRequest, ScanRequest__Output as _atoll_kv_v1_ScanRequest__Output } from './atoll/kv/v1/ScanRequest.js';
import type { ScanResponse as _atoll_kv_v1_ScanResponse, ScanResponse__Output as _atoll_kv_v1_ScanResponse__Output } from './atoll/kv/v1/ScanResponse.js';
import type { ScanRow as _atoll_kv_v1_ScanRow, ScanRow__Output as _atoll_kv_v1_ScanRow__Output } from './atoll/kv/v1/ScanRow.js';
import type { UpdateRequest as _atoll_kv_v1_UpdateRequest, UpdateRequest__Output as _atoll_kv_v1_UpdateRequest__Output } from './atoll/kv/v1/UpdateRequest.js';
import type { UpdateResponse as _atoll_kv_v1_UpdateResponse, UpdateResponse__Output as _atoll_kv_v1_UpdateResponse__Output } from './atoll/kv/v1/UpdateResponse.js';
import type { Value as _atoll_kv_v1_Value, Value__Output as _atoll_kv_v1_Value__Output } from './atoll/kv/v1/Value.js';
import type { WatchRequest as _atoll_kv_v1_WatchRequest, WatchRequest__Output as _atoll_kv_v1_WatchRequest__Output } from './atoll/kv/v1/WatchRequest.js';
import type { WatchResponse as _atoll_kv_v1_WatchResponse, WatchResponse__Output as _atoll_kv_v1_WatchResponse__Output } from './atoll/kv/v1/WatchResponse.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  atoll: {
    kv: {
      v1: {
        Address: MessageTypeDefinition<_atoll_kv_v1_Address, _atoll_kv_v1_Address__Output>
        BatchGetRequest: MessageTypeDefinition<_atoll_kv_v1_BatchGetRequest, _atoll_kv_v1_BatchGetRequest__Output>
        BatchGetResponse: MessageTypeDefinition<_atoll_kv_v1_BatchGetResponse, _atoll_kv_v1_BatchGetResponse__Output>
        BatchGetResult: MessageTypeDefinition<_atoll_kv_v1_BatchGetResult, _atoll_kv_v1_BatchGetResult__Output>
        BatchWriteItem: MessageTypeDefinition<_atoll_kv_v1_BatchWriteItem, _atoll_kv_v1_BatchWriteItem__Output>
        BatchWriteRequest: MessageTypeDefinition<_atoll_kv_v1_BatchWriteRequest, _atoll_kv_v1_BatchWriteRequest__Output>
        BatchWriteResponse: MessageTypeDefinition<_atoll_kv_v1_BatchWriteResponse, _atoll_kv_v1_BatchWriteResponse__Output>
        BatchWriteResult: MessageTypeDefinition<_atoll_kv_v1_BatchWriteResult, _atoll_kv_v1_BatchWriteResult__Output>
        Change: MessageTypeDefinition<_atoll_kv_v1_Change, _atoll_kv_v1_Change__Output>
        Clear: MessageTypeDefinition<_atoll_kv_v1_Clear, _atoll_kv_v1_Clear__Output>
        Consistency: MessageTypeDefinition<_atoll_kv_v1_Consistency, _atoll_kv_v1_Consistency__Output>
        ConsistencyLevel: EnumTypeDefinition
        DataType: EnumTypeDefinition
        DeleteRequest: MessageTypeDefinition<_atoll_kv_v1_DeleteRequest, _atoll_kv_v1_DeleteRequest__Output>
        DeleteResponse: MessageTypeDefinition<_atoll_kv_v1_DeleteResponse, _atoll_kv_v1_DeleteResponse__Output>
        Dot: MessageTypeDefinition<_atoll_kv_v1_Dot, _atoll_kv_v1_Dot__Output>
        Element: MessageTypeDefinition<_atoll_kv_v1_Element, _atoll_kv_v1_Element__Output>
        ErrorReason: EnumTypeDefinition
        GetLayoutRequest: MessageTypeDefinition<_atoll_kv_v1_GetLayoutRequest, _atoll_kv_v1_GetLayoutRequest__Output>
        GetLayoutResponse: MessageTypeDefinition<_atoll_kv_v1_GetLayoutResponse, _atoll_kv_v1_GetLayoutResponse__Output>
        GetRequest: MessageTypeDefinition<_atoll_kv_v1_GetRequest, _atoll_kv_v1_GetRequest__Output>
        GetResponse: MessageTypeDefinition<_atoll_kv_v1_GetResponse, _atoll_kv_v1_GetResponse__Output>
        ItemError: MessageTypeDefinition<_atoll_kv_v1_ItemError, _atoll_kv_v1_ItemError__Output>
        /**
         * KvService is what applications speak. Any node takes any request; a node that holds no replica of the key
         * forwards it to one that does. Limits (key, value, message) are the server's: a request beyond them gets
         * INVALID_ARGUMENT that names the field.
         * 
         * Errors carry a google.rpc.Status in `grpc-status-details-bin` with a google.rpc.ErrorInfo of domain "atolldb",
         * whose `reason` is the name of an ErrorReason without its prefix.
         */
        KvService: SubtypeConstructor<typeof grpc.Client, _atoll_kv_v1_KvServiceClient> & { service: _atoll_kv_v1_KvServiceDefinition }
        Layout: MessageTypeDefinition<_atoll_kv_v1_Layout, _atoll_kv_v1_Layout__Output>
        Member: MessageTypeDefinition<_atoll_kv_v1_Member, _atoll_kv_v1_Member__Output>
        Members: MessageTypeDefinition<_atoll_kv_v1_Members, _atoll_kv_v1_Members__Output>
        Operation: MessageTypeDefinition<_atoll_kv_v1_Operation, _atoll_kv_v1_Operation__Output>
        PipelineRequest: MessageTypeDefinition<_atoll_kv_v1_PipelineRequest, _atoll_kv_v1_PipelineRequest__Output>
        PipelineResponse: MessageTypeDefinition<_atoll_kv_v1_PipelineResponse, _atoll_kv_v1_PipelineResponse__Output>
        PutRequest: MessageTypeDefinition<_atoll_kv_v1_PutRequest, _atoll_kv_v1_PutRequest__Output>
        PutResponse: MessageTypeDefinition<_atoll_kv_v1_PutResponse, _atoll_kv_v1_PutResponse__Output>
        ReplicaSet: MessageTypeDefinition<_atoll_kv_v1_ReplicaSet, _atoll_kv_v1_ReplicaSet__Output>
        ReplyHeader: MessageTypeDefinition<_atoll_kv_v1_ReplyHeader, _atoll_kv_v1_ReplyHeader__Output>
        RequestOptions: MessageTypeDefinition<_atoll_kv_v1_RequestOptions, _atoll_kv_v1_RequestOptions__Output>
        ScanRequest: MessageTypeDefinition<_atoll_kv_v1_ScanRequest, _atoll_kv_v1_ScanRequest__Output>
        ScanResponse: MessageTypeDefinition<_atoll_kv_v1_ScanResponse, _atoll_kv_v1_ScanResponse__Output>
        ScanRow: MessageTypeDefinition<_atoll_kv_v1_ScanRow, _atoll_kv_v1_ScanRow__Output>
        UpdateRequest: MessageTypeDefinition<_atoll_kv_v1_UpdateRequest, _atoll_kv_v1_UpdateRequest__Output>
        UpdateResponse: MessageTypeDefinition<_atoll_kv_v1_UpdateResponse, _atoll_kv_v1_UpdateResponse__Output>
        Value: MessageTypeDefinition<_atoll_kv_v1_Value, _atoll_kv_v1_Value__Output>
        ValueEncoding: EnumTypeDefinition
        WatchRequest: MessageTypeDefinition<_atoll_kv_v1_WatchRequest, _atoll_kv_v1_WatchRequest__Output>
        WatchResponse: MessageTypeDefinition<_atoll_kv_v1_WatchResponse, _atoll_kv_v1_WatchResponse__Output>
      }
    }
  }
}

