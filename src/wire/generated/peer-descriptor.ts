/** What atoll/peer/v1/peer.proto says, as protobufjs' JSON. */
export const descriptor = `{
 "nested": {
  "atoll": {
   "nested": {
    "peer": {
     "nested": {
      "v1": {
       "nested": {
        "PeerService": {
         "methods": {
          "Exchange": {
           "requestType": "ExchangeRequest",
           "requestStream": true,
           "responseType": "ExchangeResponse",
           "responseStream": true
          }
         }
        },
        "ExchangeRequest": {
         "fields": {
          "hello": {
           "type": "Hello",
           "id": 1
          },
          "link": {
           "type": "fixed64",
           "id": 2
          }
         }
        },
        "ExchangeResponse": {
         "oneofs": {
          "body": {
           "oneof": [
            "hello",
            "frame"
           ]
          }
         },
         "fields": {
          "hello": {
           "type": "Hello",
           "id": 1
          },
          "frame": {
           "type": "bytes",
           "id": 2
          }
         }
        },
        "Hello": {
         "fields": {
          "clusterId": {
           "type": "string",
           "id": 1
          },
          "nodeId": {
           "type": "string",
           "id": 2
          },
          "number": {
           "type": "uint32",
           "id": 3
          },
          "incarnation": {
           "type": "uint64",
           "id": 4
          },
          "instance": {
           "type": "fixed64",
           "id": 5
          },
          "protocolVersion": {
           "type": "uint32",
           "id": 6
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
