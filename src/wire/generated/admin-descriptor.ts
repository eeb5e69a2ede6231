/** What atoll/admin/v1/admin.proto says, as protobufjs' JSON. */
export const descriptor = `{
 "nested": {
  "atoll": {
   "nested": {
    "admin": {
     "nested": {
      "v1": {
       "nested": {
        "AdminService": {
         "methods": {
          "GetStatus": {
           "requestType": "GetStatusRequest",
           "responseType": "GetStatusResponse"
          },
          "GetLag": {
           "requestType": "GetLagRequest",
           "responseType": "GetLagResponse"
          },
          "GetDigest": {
           "requestType": "GetDigestRequest",
           "responseType": "GetDigestResponse"
          },
          "ListHints": {
           "requestType": "ListHintsRequest",
           "responseType": "ListHintsResponse"
          },
          "Repair": {
           "requestType": "RepairRequest",
           "responseType": "RepairResponse",
           "responseStream": true
          },
          "ListConflicts": {
           "requestType": "ListConflictsRequest",
           "responseType": "ListConflictsResponse"
          },
          "RemoveMember": {
           "requestType": "RemoveMemberRequest",
           "responseType": "RemoveMemberResponse"
          }
         }
        },
        "NodeState": {
         "values": {
          "NODE_STATE_UNSPECIFIED": 0,
          "NODE_STATE_JOINING": 1,
          "NODE_STATE_READY": 2,
          "NODE_STATE_CATCHING_UP": 3,
          "NODE_STATE_DRAINING": 4,
          "NODE_STATE_RECOVERING": 5
         }
        },
        "GetStatusRequest": {
         "fields": {}
        },
        "GetStatusResponse": {
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
          "version": {
           "type": "string",
           "id": 4
          },
          "state": {
           "type": "NodeState",
           "id": 5
          },
          "reason": {
           "type": "string",
           "id": 6
          },
          "incarnation": {
           "type": "uint64",
           "id": 7
          },
          "layoutVersion": {
           "type": "uint64",
           "id": 8
          },
          "uptimeMs": {
           "type": "uint64",
           "id": 9
          },
          "partitionsHeld": {
           "type": "uint32",
           "id": 10
          },
          "partitionsCatchingUp": {
           "type": "uint32",
           "id": 11
          },
          "peers": {
           "rule": "repeated",
           "type": "PeerStatus",
           "id": 12
          },
          "catchUp": {
           "type": "CatchUpProgress",
           "id": 13
          },
          "purgeBlockers": {
           "rule": "repeated",
           "type": "Blocker",
           "id": 14
          },
          "rowsToReclaim": {
           "type": "uint64",
           "id": 15
          },
          "reclaimBlockers": {
           "rule": "repeated",
           "type": "Blocker",
           "id": 16
          }
         }
        },
        "Blocker": {
         "fields": {
          "nodeId": {
           "type": "string",
           "id": 1
          },
          "blockingMs": {
           "type": "uint64",
           "id": 2
          },
          "partitions": {
           "type": "uint32",
           "id": 3
          }
         }
        },
        "CatchUpProgress": {
         "fields": {
          "partitions": {
           "type": "uint32",
           "id": 1
          },
          "fullSyncs": {
           "type": "uint32",
           "id": 2
          },
          "dotsTotal": {
           "type": "uint64",
           "id": 3
          },
          "dotsDone": {
           "type": "uint64",
           "id": 4
          },
          "rowsReceived": {
           "type": "uint64",
           "id": 5
          }
         }
        },
        "PeerStatus": {
         "fields": {
          "nodeId": {
           "type": "string",
           "id": 1
          },
          "region": {
           "type": "string",
           "id": 2
          },
          "isConnected": {
           "type": "bool",
           "id": 3
          },
          "isAlive": {
           "type": "bool",
           "id": 4
          },
          "incarnation": {
           "type": "uint64",
           "id": 5
          },
          "roundTripMs": {
           "type": "double",
           "id": 6
          },
          "lastHeardMs": {
           "type": "uint64",
           "id": 7
          },
          "queueBytes": {
           "type": "uint64",
           "id": 8
          },
          "clockOffsetMs": {
           "type": "double",
           "id": 9
          }
         }
        },
        "GetLagRequest": {
         "fields": {}
        },
        "GetLagResponse": {
         "fields": {
          "nodeId": {
           "type": "string",
           "id": 1
          },
          "peers": {
           "rule": "repeated",
           "type": "PeerLag",
           "id": 2
          },
          "regions": {
           "rule": "repeated",
           "type": "RegionLag",
           "id": 3
          }
         }
        },
        "PeerLag": {
         "fields": {
          "nodeId": {
           "type": "string",
           "id": 1
          },
          "region": {
           "type": "string",
           "id": 2
          },
          "dotsBehind": {
           "type": "uint64",
           "id": 3
          },
          "dotsMissing": {
           "type": "uint64",
           "id": 4
          },
          "partitionsBehind": {
           "type": "uint32",
           "id": 5
          }
         }
        },
        "RegionLag": {
         "fields": {
          "region": {
           "type": "string",
           "id": 1
          },
          "count": {
           "type": "uint64",
           "id": 2
          },
          "p50Ms": {
           "type": "double",
           "id": 3
          },
          "p99Ms": {
           "type": "double",
           "id": 4
          },
          "maxMs": {
           "type": "double",
           "id": 5
          }
         }
        },
        "GetDigestRequest": {
         "fields": {
          "isSummaryOnly": {
           "type": "bool",
           "id": 1
          }
         }
        },
        "GetDigestResponse": {
         "fields": {
          "nodeId": {
           "type": "string",
           "id": 1
          },
          "partitions": {
           "keyType": "uint32",
           "type": "string",
           "id": 2
          },
          "all": {
           "type": "string",
           "id": 3
          },
          "rows": {
           "type": "uint64",
           "id": 4
          }
         }
        },
        "ListHintsRequest": {
         "fields": {}
        },
        "ListHintsResponse": {
         "fields": {
          "peers": {
           "rule": "repeated",
           "type": "PeerHints",
           "id": 1
          }
         }
        },
        "PeerHints": {
         "fields": {
          "nodeId": {
           "type": "string",
           "id": 1
          },
          "pending": {
           "type": "uint64",
           "id": 2
          },
          "oldestAgeMs": {
           "type": "uint64",
           "id": 3
          },
          "ratePerSecond": {
           "type": "double",
           "id": 4
          },
          "estimatedMs": {
           "type": "uint64",
           "id": 5
          },
          "isFullSyncDue": {
           "type": "bool",
           "id": 6
          },
          "created": {
           "type": "uint64",
           "id": 7
          },
          "delivered": {
           "type": "uint64",
           "id": 8
          },
          "expired": {
           "type": "uint64",
           "id": 9
          },
          "dropped": {
           "type": "uint64",
           "id": 10
          },
          "copiesHeld": {
           "type": "uint64",
           "id": 11
          }
         }
        },
        "RepairRequest": {
         "fields": {
          "isFull": {
           "type": "bool",
           "id": 1
          }
         }
        },
        "RepairResponse": {
         "fields": {
          "partitionsDone": {
           "type": "uint32",
           "id": 1
          },
          "partitionsTotal": {
           "type": "uint32",
           "id": 2
          },
          "rowsRepaired": {
           "type": "uint64",
           "id": 3
          },
          "partitionsDiffering": {
           "type": "uint32",
           "id": 4
          },
          "nodesMissed": {
           "rule": "repeated",
           "type": "string",
           "id": 5
          },
          "rowsHealed": {
           "type": "uint64",
           "id": 6
          }
         }
        },
        "ListConflictsRequest": {
         "fields": {
          "bucket": {
           "type": "string",
           "id": 1
          },
          "prefix": {
           "type": "bytes",
           "id": 2
          },
          "isValuesShown": {
           "type": "bool",
           "id": 3
          },
          "pageSize": {
           "type": "uint32",
           "id": 4
          },
          "pageToken": {
           "type": "string",
           "id": 5
          }
         }
        },
        "ListConflictsResponse": {
         "fields": {
          "conflicts": {
           "rule": "repeated",
           "type": "Conflict",
           "id": 1
          },
          "nextPageToken": {
           "type": "string",
           "id": 2
          }
         }
        },
        "Conflict": {
         "fields": {
          "bucket": {
           "type": "string",
           "id": 1
          },
          "key": {
           "type": "bytes",
           "id": 2
          },
          "path": {
           "rule": "repeated",
           "type": "bytes",
           "id": 3
          },
          "notedAtMs": {
           "type": "uint64",
           "id": 4
          },
          "kept": {
           "type": "ConflictSide",
           "id": 5
          },
          "discarded": {
           "type": "ConflictSide",
           "id": 6
          }
         }
        },
        "ConflictSide": {
         "fields": {
          "region": {
           "type": "string",
           "id": 1
          },
          "dot": {
           "type": "string",
           "id": 2
          },
          "hlc": {
           "type": "fixed64",
           "id": 3
          },
          "isDelete": {
           "type": "bool",
           "id": 4
          },
          "sizeBytes": {
           "type": "uint64",
           "id": 5
          },
          "data": {
           "type": "bytes",
           "id": 6
          },
          "encoding": {
           "type": "string",
           "id": 7
          }
         }
        },
        "RemoveMemberRequest": {
         "fields": {
          "nodeId": {
           "type": "string",
           "id": 1
          }
         }
        },
        "RemoveMemberResponse": {
         "fields": {
          "layoutVersion": {
           "type": "uint64",
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
