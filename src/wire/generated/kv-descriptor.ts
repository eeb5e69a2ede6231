/** What atoll/kv/v1/kv.proto says, as protobufjs' JSON. */
export const descriptor = `{
 "nested": {
  "atoll": {
   "nested": {
    "kv": {
     "nested": {
      "v1": {
       "nested": {
        "KvService": {
         "methods": {
          "Get": {
           "requestType": "GetRequest",
           "responseType": "GetResponse"
          },
          "Put": {
           "requestType": "PutRequest",
           "responseType": "PutResponse"
          },
          "Delete": {
           "requestType": "DeleteRequest",
           "responseType": "DeleteResponse"
          },
          "Update": {
           "requestType": "UpdateRequest",
           "responseType": "UpdateResponse"
          },
          "BatchGet": {
           "requestType": "BatchGetRequest",
           "responseType": "BatchGetResponse"
          },
          "BatchWrite": {
           "requestType": "BatchWriteRequest",
           "responseType": "BatchWriteResponse"
          },
          "Scan": {
           "requestType": "ScanRequest",
           "responseType": "ScanResponse",
           "responseStream": true
          },
          "Watch": {
           "requestType": "WatchRequest",
           "responseType": "WatchResponse",
           "responseStream": true
          },
          "Pipeline": {
           "requestType": "PipelineRequest",
           "requestStream": true,
           "responseType": "PipelineResponse",
           "responseStream": true
          },
          "GetLayout": {
           "requestType": "GetLayoutRequest",
           "responseType": "GetLayoutResponse"
          }
         }
        },
        "DataType": {
         "values": {
          "DATA_TYPE_UNSPECIFIED": 0,
          "DATA_TYPE_REGISTER": 1,
          "DATA_TYPE_MULTI": 2,
          "DATA_TYPE_COUNTER": 3,
          "DATA_TYPE_FLAG": 4,
          "DATA_TYPE_SET": 5,
          "DATA_TYPE_MAP": 6
         }
        },
        "ConsistencyLevel": {
         "values": {
          "CONSISTENCY_LEVEL_UNSPECIFIED": 0,
          "CONSISTENCY_LEVEL_ONE": 1,
          "CONSISTENCY_LEVEL_TWO": 2,
          "CONSISTENCY_LEVEL_THREE": 3,
          "CONSISTENCY_LEVEL_LOCAL_ONE": 4,
          "CONSISTENCY_LEVEL_LOCAL_QUORUM": 5,
          "CONSISTENCY_LEVEL_QUORUM": 6,
          "CONSISTENCY_LEVEL_EACH_QUORUM": 7,
          "CONSISTENCY_LEVEL_ALL": 8
         }
        },
        "ValueEncoding": {
         "values": {
          "VALUE_ENCODING_UNSPECIFIED": 0,
          "VALUE_ENCODING_TEXT": 1,
          "VALUE_ENCODING_MSGPACK": 2,
          "VALUE_ENCODING_JSON": 3
         }
        },
        "ErrorReason": {
         "values": {
          "ERROR_REASON_UNSPECIFIED": 0,
          "ERROR_REASON_BAD_REQUEST": 1,
          "ERROR_REASON_QUORUM_UNAVAILABLE": 2,
          "ERROR_REASON_QUORUM_TIMEOUT": 3,
          "ERROR_REASON_MAYBE_APPLIED": 4,
          "ERROR_REASON_NOT_READY": 5,
          "ERROR_REASON_DRAINING": 6,
          "ERROR_REASON_OVERLOADED": 7,
          "ERROR_REASON_STORAGE_FAILED": 8,
          "ERROR_REASON_ROW_DAMAGED": 9,
          "ERROR_REASON_TOO_MANY_SIBLINGS": 10,
          "ERROR_REASON_CLOCK_DRIFT": 11,
          "ERROR_REASON_SESSION_LOST": 12,
          "ERROR_REASON_RESYNC": 13,
          "ERROR_REASON_CONDITION_FAILED": 14,
          "ERROR_REASON_NOT_ATOMIC": 15,
          "ERROR_REASON_UNIMPLEMENTED": 16,
          "ERROR_REASON_DEADLINE_PASSED": 17,
          "ERROR_REASON_INTERNAL": 18,
          "ERROR_REASON_REMOVAL_REFUSED": 19,
          "ERROR_REASON_SESSION_BEHIND": 20,
          "ERROR_REASON_WRONG_CLUSTER": 21
         }
        },
        "Address": {
         "fields": {
          "type": {
           "type": "DataType",
           "id": 1
          },
          "bucket": {
           "type": "string",
           "id": 2
          },
          "key": {
           "type": "bytes",
           "id": 3
          }
         }
        },
        "Consistency": {
         "oneofs": {
          "choice": {
           "oneof": [
            "level",
            "replicas"
           ]
          }
         },
         "fields": {
          "level": {
           "type": "ConsistencyLevel",
           "id": 1
          },
          "replicas": {
           "type": "uint32",
           "id": 2
          }
         }
        },
        "RequestOptions": {
         "fields": {
          "consistency": {
           "type": "Consistency",
           "id": 1
          },
          "requestId": {
           "type": "bytes",
           "id": 2
          },
          "isRetry": {
           "type": "bool",
           "id": 3
          },
          "sessionToken": {
           "type": "bytes",
           "id": 4
          },
          "timeoutMs": {
           "type": "uint32",
           "id": 5
          },
          "isSloppy": {
           "type": "bool",
           "id": 6
          },
          "clusterId": {
           "type": "string",
           "id": 7
          }
         }
        },
        "ReplyHeader": {
         "fields": {
          "clusterId": {
           "type": "string",
           "id": 1
          },
          "nodeId": {
           "type": "string",
           "id": 2
          },
          "region": {
           "type": "string",
           "id": 3
          },
          "sessionToken": {
           "type": "bytes",
           "id": 4
          },
          "layoutVersion": {
           "type": "uint64",
           "id": 5
          }
         }
        },
        "Value": {
         "fields": {
          "data": {
           "type": "bytes",
           "id": 1
          },
          "encoding": {
           "type": "ValueEncoding",
           "id": 2
          },
          "hlc": {
           "type": "fixed64",
           "id": 3
          },
          "expiresAtMs": {
           "type": "uint64",
           "id": 4
          }
         }
        },
        "GetRequest": {
         "fields": {
          "address": {
           "type": "Address",
           "id": 1
          },
          "options": {
           "type": "RequestOptions",
           "id": 2
          },
          "pageSize": {
           "type": "uint32",
           "id": 3
          },
          "pageToken": {
           "type": "bytes",
           "id": 4
          },
          "member": {
           "type": "bytes",
           "id": 5
          },
          "path": {
           "rule": "repeated",
           "type": "bytes",
           "id": 6
          },
          "leafType": {
           "type": "DataType",
           "id": 7
          },
          "isCountOnly": {
           "type": "bool",
           "id": 8
          }
         }
        },
        "GetResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "found": {
           "type": "bool",
           "id": 2
          },
          "values": {
           "rule": "repeated",
           "type": "Value",
           "id": 3
          },
          "context": {
           "type": "bytes",
           "id": 4
          },
          "hlc": {
           "type": "fixed64",
           "id": 5
          },
          "counter": {
           "type": "sint64",
           "id": 6
          },
          "flag": {
           "type": "bool",
           "id": 7
          },
          "elements": {
           "rule": "repeated",
           "type": "Element",
           "id": 8
          },
          "cardinality": {
           "type": "uint64",
           "id": 9
          },
          "nextPageToken": {
           "type": "bytes",
           "id": 10
          },
          "expiresAtMs": {
           "type": "uint64",
           "id": 11
          }
         }
        },
        "Element": {
         "fields": {
          "path": {
           "rule": "repeated",
           "type": "bytes",
           "id": 1
          },
          "type": {
           "type": "DataType",
           "id": 2
          },
          "values": {
           "rule": "repeated",
           "type": "Value",
           "id": 3
          },
          "counter": {
           "type": "sint64",
           "id": 4
          },
          "flag": {
           "type": "bool",
           "id": 5
          },
          "member": {
           "type": "bytes",
           "id": 6
          },
          "expiresAtMs": {
           "type": "uint64",
           "id": 7
          }
         }
        },
        "PutRequest": {
         "fields": {
          "address": {
           "type": "Address",
           "id": 1
          },
          "value": {
           "type": "Value",
           "id": 2
          },
          "context": {
           "type": "bytes",
           "id": 3
          },
          "options": {
           "type": "RequestOptions",
           "id": 4
          },
          "ttlMs": {
           "type": "uint64",
           "id": 5
          },
          "ifContext": {
           "type": "bool",
           "id": 6
          },
          "ifAbsent": {
           "type": "bool",
           "id": 7
          }
         }
        },
        "PutResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "hlc": {
           "type": "fixed64",
           "id": 2
          },
          "context": {
           "type": "bytes",
           "id": 3
          },
          "acksReceived": {
           "type": "uint32",
           "id": 4
          },
          "fallbackAcks": {
           "type": "uint32",
           "id": 5
          }
         }
        },
        "DeleteRequest": {
         "fields": {
          "address": {
           "type": "Address",
           "id": 1
          },
          "context": {
           "type": "bytes",
           "id": 2
          },
          "options": {
           "type": "RequestOptions",
           "id": 3
          }
         }
        },
        "DeleteResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "hlc": {
           "type": "fixed64",
           "id": 2
          },
          "acksReceived": {
           "type": "uint32",
           "id": 3
          },
          "fallbackAcks": {
           "type": "uint32",
           "id": 4
          }
         }
        },
        "UpdateRequest": {
         "fields": {
          "address": {
           "type": "Address",
           "id": 1
          },
          "operations": {
           "rule": "repeated",
           "type": "Operation",
           "id": 2
          },
          "options": {
           "type": "RequestOptions",
           "id": 3
          }
         }
        },
        "Operation": {
         "oneofs": {
          "action": {
           "oneof": [
            "counterAdd",
            "flagSet",
            "setAdd",
            "setRemove",
            "put",
            "clear"
           ]
          }
         },
         "fields": {
          "path": {
           "rule": "repeated",
           "type": "bytes",
           "id": 1
          },
          "counterAdd": {
           "type": "sint64",
           "id": 2
          },
          "flagSet": {
           "type": "bool",
           "id": 3
          },
          "setAdd": {
           "type": "Members",
           "id": 4
          },
          "setRemove": {
           "type": "Members",
           "id": 5
          },
          "put": {
           "type": "Value",
           "id": 6
          },
          "clear": {
           "type": "Clear",
           "id": 7
          },
          "ttlMs": {
           "type": "uint64",
           "id": 8
          }
         }
        },
        "Members": {
         "fields": {
          "members": {
           "rule": "repeated",
           "type": "bytes",
           "id": 1
          }
         }
        },
        "Clear": {
         "fields": {}
        },
        "UpdateResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "hlc": {
           "type": "fixed64",
           "id": 2
          },
          "acksReceived": {
           "type": "uint32",
           "id": 3
          },
          "fallbackAcks": {
           "type": "uint32",
           "id": 4
          }
         }
        },
        "ItemError": {
         "fields": {
          "code": {
           "type": "int32",
           "id": 1
          },
          "message": {
           "type": "string",
           "id": 2
          },
          "reason": {
           "type": "ErrorReason",
           "id": 3
          },
          "metadata": {
           "keyType": "string",
           "type": "string",
           "id": 4
          }
         }
        },
        "BatchGetRequest": {
         "fields": {
          "addresses": {
           "rule": "repeated",
           "type": "Address",
           "id": 1
          },
          "options": {
           "type": "RequestOptions",
           "id": 2
          }
         }
        },
        "BatchGetResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "results": {
           "rule": "repeated",
           "type": "BatchGetResult",
           "id": 2
          }
         }
        },
        "BatchGetResult": {
         "oneofs": {
          "outcome": {
           "oneof": [
            "value",
            "error"
           ]
          }
         },
         "fields": {
          "value": {
           "type": "GetResponse",
           "id": 1
          },
          "error": {
           "type": "ItemError",
           "id": 2
          }
         }
        },
        "BatchWriteRequest": {
         "fields": {
          "items": {
           "rule": "repeated",
           "type": "BatchWriteItem",
           "id": 1
          },
          "options": {
           "type": "RequestOptions",
           "id": 2
          },
          "isAtomic": {
           "type": "bool",
           "id": 3
          }
         }
        },
        "BatchWriteItem": {
         "oneofs": {
          "write": {
           "oneof": [
            "put",
            "delete",
            "update"
           ]
          }
         },
         "fields": {
          "put": {
           "type": "PutRequest",
           "id": 1
          },
          "delete": {
           "type": "DeleteRequest",
           "id": 2
          },
          "update": {
           "type": "UpdateRequest",
           "id": 3
          },
          "requestId": {
           "type": "bytes",
           "id": 4
          }
         }
        },
        "BatchWriteResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "results": {
           "rule": "repeated",
           "type": "BatchWriteResult",
           "id": 2
          }
         }
        },
        "BatchWriteResult": {
         "oneofs": {
          "outcome": {
           "oneof": [
            "put",
            "delete",
            "update",
            "error"
           ]
          }
         },
         "fields": {
          "put": {
           "type": "PutResponse",
           "id": 1
          },
          "delete": {
           "type": "DeleteResponse",
           "id": 2
          },
          "update": {
           "type": "UpdateResponse",
           "id": 3
          },
          "error": {
           "type": "ItemError",
           "id": 4
          }
         }
        },
        "ScanRequest": {
         "fields": {
          "type": {
           "type": "DataType",
           "id": 1
          },
          "bucket": {
           "type": "string",
           "id": 2
          },
          "prefix": {
           "type": "bytes",
           "id": 3
          },
          "start": {
           "type": "bytes",
           "id": 4
          },
          "end": {
           "type": "bytes",
           "id": 5
          },
          "isReverse": {
           "type": "bool",
           "id": 6
          },
          "isKeysOnly": {
           "type": "bool",
           "id": 7
          },
          "pageSize": {
           "type": "uint32",
           "id": 8
          },
          "pageToken": {
           "type": "bytes",
           "id": 9
          },
          "options": {
           "type": "RequestOptions",
           "id": 10
          },
          "limit": {
           "type": "uint32",
           "id": 11
          }
         }
        },
        "ScanResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "rows": {
           "rule": "repeated",
           "type": "ScanRow",
           "id": 2
          },
          "nextPageToken": {
           "type": "bytes",
           "id": 3
          }
         }
        },
        "ScanRow": {
         "fields": {
          "key": {
           "type": "bytes",
           "id": 1
          },
          "values": {
           "rule": "repeated",
           "type": "Value",
           "id": 2
          },
          "context": {
           "type": "bytes",
           "id": 3
          },
          "counter": {
           "type": "sint64",
           "id": 4
          },
          "flag": {
           "type": "bool",
           "id": 5
          },
          "expiresAtMs": {
           "type": "uint64",
           "id": 6
          }
         }
        },
        "WatchRequest": {
         "fields": {
          "type": {
           "type": "DataType",
           "id": 1
          },
          "bucket": {
           "type": "string",
           "id": 2
          },
          "prefix": {
           "type": "bytes",
           "id": 3
          },
          "key": {
           "type": "bytes",
           "id": 4
          },
          "resumeToken": {
           "type": "bytes",
           "id": 5
          },
          "options": {
           "type": "RequestOptions",
           "id": 6
          }
         }
        },
        "WatchResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "changes": {
           "rule": "repeated",
           "type": "Change",
           "id": 2
          },
          "resumeToken": {
           "type": "bytes",
           "id": 3
          }
         }
        },
        "Change": {
         "fields": {
          "key": {
           "type": "bytes",
           "id": 1
          },
          "isDeleted": {
           "type": "bool",
           "id": 2
          },
          "values": {
           "rule": "repeated",
           "type": "Value",
           "id": 3
          },
          "counter": {
           "type": "sint64",
           "id": 4
          },
          "flag": {
           "type": "bool",
           "id": 5
          },
          "element": {
           "type": "Element",
           "id": 6
          },
          "context": {
           "type": "bytes",
           "id": 7
          },
          "hlc": {
           "type": "fixed64",
           "id": 8
          },
          "partition": {
           "type": "uint32",
           "id": 9
          },
          "dots": {
           "rule": "repeated",
           "type": "Dot",
           "id": 10
          },
          "expiresAtMs": {
           "type": "uint64",
           "id": 11
          }
         }
        },
        "Dot": {
         "fields": {
          "actor": {
           "type": "fixed64",
           "id": 1
          },
          "counter": {
           "type": "uint64",
           "id": 2
          }
         }
        },
        "PipelineRequest": {
         "fields": {
          "frame": {
           "type": "bytes",
           "id": 1
          }
         }
        },
        "PipelineResponse": {
         "fields": {
          "frame": {
           "type": "bytes",
           "id": 1
          }
         }
        },
        "GetLayoutRequest": {
         "fields": {
          "knownVersion": {
           "type": "uint64",
           "id": 1
          }
         }
        },
        "GetLayoutResponse": {
         "fields": {
          "header": {
           "type": "ReplyHeader",
           "id": 1
          },
          "layout": {
           "type": "Layout",
           "id": 2
          }
         }
        },
        "Layout": {
         "fields": {
          "version": {
           "type": "uint64",
           "id": 1
          },
          "clusterId": {
           "type": "string",
           "id": 2
          },
          "partitionCount": {
           "type": "uint32",
           "id": 3
          },
          "members": {
           "rule": "repeated",
           "type": "Member",
           "id": 4
          },
          "replicaSets": {
           "rule": "repeated",
           "type": "ReplicaSet",
           "id": 5
          }
         }
        },
        "Member": {
         "fields": {
          "number": {
           "type": "uint32",
           "id": 1
          },
          "nodeId": {
           "type": "string",
           "id": 2
          },
          "region": {
           "type": "string",
           "id": 3
          },
          "zone": {
           "type": "string",
           "id": 4
          },
          "host": {
           "type": "string",
           "id": 5
          },
          "clientAddress": {
           "type": "string",
           "id": 6
          },
          "peerAddress": {
           "type": "string",
           "id": 7
          },
          "adminAddress": {
           "type": "string",
           "id": 8
          }
         }
        },
        "ReplicaSet": {
         "fields": {
          "members": {
           "rule": "repeated",
           "type": "uint32",
           "id": 1
          }
         }
        }
       }
      }
     }
    }
   }
  }
 }
}`;
