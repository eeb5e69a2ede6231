// Original file: proto/atoll/kv/v1/kv.proto

import type { Address as _atoll_kv_v1_Address, Address__Output as _atoll_kv_v1_Address__Output } from '../../../atoll/kv/v1/Address.js';
import type { RequestOptions as _atoll_kv_v1_RequestOptions, RequestOptions__Output as _atoll_kv_v1_RequestOptions__Output } from '../../../atoll/kv/v1/RequestOptions.js';
import type { DataType as _atoll_kv_v1_DataType, DataType__Output as _atoll_kv_v1_DataType__Output } from '../../../atoll/kv/v1/DataType.js';

export interface GetRequest {
  'address'?: (_atoll_kv_v1_Address | null);
  'options'?: (_atoll_kv_v1_RequestOptions | null);
  /**
   * For pages of sets and maps: the most elements to return (0: the server's choice), and where to go on. A page may
   * have fewer elements; the last one has no next_page_token.
   */
  'pageSize'?: (number);
  'pageToken'?: (Buffer | Uint8Array | string);
  /**
   * Is this a member? For a set, or a map's leaf that is one.
   */
  'member'?: (Buffer | Uint8Array | string);
  /**
   * For maps: what to read. With a leaf_type this one leaf, else a page of all at and below.
   */
  'path'?: (Buffer | Uint8Array | string)[];
  'leafType'?: (_atoll_kv_v1_DataType);
  /**
   * For sets and maps: how many elements there are, and none of them. Reads all of them inside the cluster, for a second
   * or a quarter of the deadline at most: a reply with a next_page_token has counted up to there, and the next request,
   * with it as its page_token, counts on behind it.
   */
  'isCountOnly'?: (boolean);
}

export interface GetRequest__Output {
  'address': (_atoll_kv_v1_Address__Output | null);
  'options': (_atoll_kv_v1_RequestOptions__Output | null);
  /**
   * For pages of sets and maps: the most elements to return (0: the server's choice), and where to go on. A page may
   * have fewer elements; the last one has no next_page_token.
   */
  'pageSize': (number);
  'pageToken': (Buffer);
  /**
   * Is this a member? For a set, or a map's leaf that is one.
   */
  'member': (Buffer);
  /**
   * For maps: what to read. With a leaf_type this one leaf, else a page of all at and below.
   */
  'path': (Buffer)[];
  'leafType': (_atoll_kv_v1_DataType__Output);
  /**
   * For sets and maps: how many elements there are, and none of them. Reads all of them inside the cluster, for a second
   * or a quarter of the deadline at most: a reply with a next_page_token has counted up to there, and the next request,
   * with it as its page_token, counts on behind it.
   */
  'isCountOnly': (boolean);
}
