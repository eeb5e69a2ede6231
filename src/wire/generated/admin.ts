import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AdminServiceClient as _atoll_admin_v1_AdminServiceClient, AdminServiceDefinition as _atoll_admin_v1_AdminServiceDefinition } from './atoll/admin/v1/AdminService.js';
import type { Blocker as _atoll_admin_v1_Blocker, Blocker__Output as _atoll_admin_v1_Blocker__Output } from './atoll/admin/v1/Blocker.js';
import type { CatchUpProgress as _atoll_admin_v1_CatchUpProgress, CatchUpProgress__Output as _atoll_admin_v1_CatchUpProgress__Output } from './atoll/admin/v1/CatchUpProgress.js';
import type { Conflict as _atoll_admin_v1_Conflict, Conflict__Output as _atoll_admin_v1_Conflict__Output } from './atoll/admin/v1/Conflict.js';
import type { ConflictSide as _atoll_admin_v1_ConflictSide, ConflictSide__Output as _atoll_admin_v1_ConflictSide__Output } from './atoll/admin/v1/ConflictSide.js';
import type { GetDigestRequest as _atoll_admin_v1_GetDigestRequest, GetDigestRequest__Output as _atoll_admin_v1_GetDigestRequest__Output } from './atoll/admin/v1/GetDigestRequest.js';
import type { GetDigestResponse as _atoll_admin_v1_GetDigestResponse, GetDigestResponse__Output as _atoll_admin_v1_GetDigestResponse__Output } from './atoll/admin/v1/GetDigestResponse.js';
import type { GetLagRequest as _atoll_admin_v1_GetLagRequest, GetLagRequest__Output as _atoll_admin_v1_GetLagRequest__Output } from './atoll/admin/v1/GetLagRequest.js';
import type { GetLagResponse as _atoll_admin_v1_GetLagResponse, GetLagResponse__Output as _atoll_admin_v1_GetLagResponse__Output } from './atoll/admin/v1/GetLagResponse.js';
import type { GetStatusRequest as _atoll_admin_v1_GetStatusRequest, GetStatusRequest__Output as _atoll_admin_v1_GetStatusRequest__Output } from './atoll/admin/v1/GetStatusRequest.js';
import type { GetStatusResponse as _atoll_admin_v1_GetStatusResponse, GetStatusResponse__Output as _atoll_admin_v1_GetStatusResponse__Output } from './atoll/admin/v1/GetStatusResponse.js';
import type { ListConflictsRequest as _atoll_admin_v1_ListConflictsRequest, ListConflictsRequest__Output as _atoll_admin_v1_ListConflictsRequest__Output } from './atoll/admin/v1/ListConflictsRequest.js';
import type { ListConflictsResponse as _atoll_admin_v1_ListConflictsResponse, ListConflictsResponse__Output as _atoll_admin_v1_ListConflictsResponse__Output } from './atoll/admin/v1/ListConflictsResponse.js';
import type { ListHintsRequest as _atoll_admin_v1_ListHintsRequest, ListHintsRequest__Output as _atoll_admin_v1_ListHintsRequest__Output } from './atoll/admin/v1/ListHintsRequest.js';
import type { ListHintsResponse as _atoll_admin_v1_ListHintsResponse, ListHintsResponse__Output as _atoll_admin_v1_ListHintsResponse__Output } from './atoll/admin/v1/ListHintsResponse.js';
import type { PeerHints as _atoll_admin_v1_PeerHints, PeerHints__Output as _atoll_admin_v1_PeerHints__Output } from './atoll/admin/v1/PeerHints.js';
import type { PeerLag as _atoll_admin_v1_PeerLag, PeerLag__Output as _atoll_admin_v1_PeerLag__Output } from './atoll/admin/v1/PeerLag.js';
import type { PeerStatus as _atoll_admin_v1_PeerStatus, PeerStatus__Output as _atoll_admin_v1_PeerStatus__Output } from './atoll/admin/v1/PeerStatus.js';
import type { RegionLag as _atoll_admin_v1_RegionLag, RegionLag__Output as _atoll_admin_v1_RegionLag__Output } from './atoll/admin/v1/RegionLag.js';
import type { RemoveMemberRequest as _atoll_admin_v1_RemoveMemberRequest, RemoveMemberRequest__Output as _atoll_admin_v1_RemoveMemberRequest__Output } from './atoll/admin/v1/RemoveMemberRequest.js';
import type { RemoveMemberResponse as _atoll_admin_v1_RemoveMemberResponse, RemoveMemberResponse__Output as _atoll_admin_v1_RemoveMemberResponse__Output } from './atoll/admin/v1/RemoveMemberResponse.js';
import type { RepairRequest as _atoll_admin_v1_RepairRequest, RepairRequest__Output as _atoll_admin_v1_RepairRequest__Output } from './atoll/admin/v1/RepairRequest.js';
import type { RepairResponse as _atoll_admin_v1_RepairResponse, RepairResponse__Output as _atoll_admin_v1_RepairResponse__Output } from './atoll/admin/v1/RepairResponse.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  atoll: {
    admin: {
      v1: {
        /**
         * AdminService is what operators speak. It answers for the node asked, which sees its peers through their streams.
         */
        AdminService: SubtypeConstructor<typeof grpc.Client, _atoll_admin_v1_AdminServiceClient> & { service: _atoll_admin_v1_AdminServiceDefinition }
        Blocker: MessageTypeDefinition<_atoll_admin_v1_Blocker, _atoll_admin_v1_Blocker__Output>
        CatchUpProgress: MessageTypeDefinition<_atoll_admin_v1_CatchUpProgress, _atoll_admin_v1_CatchUpProgress__Output>
        Conflict: MessageTypeDefinition<_atoll_admin_v1_Conflict, _atoll_admin_v1_Conflict__Output>
        ConflictSide: MessageTypeDefinition<_atoll_admin_v1_ConflictSide, _atoll_admin_v1_ConflictSide__Output>
        GetDigestRequest: MessageTypeDefinition<_atoll_admin_v1_GetDigestRequest, _atoll_admin_v1_GetDigestRequest__Output>
        GetDigestResponse: MessageTypeDefinition<_atoll_admin_v1_GetDigestResponse, _atoll_admin_v1_GetDigestResponse__Output>
        GetLagRequest: MessageTypeDefinition<_atoll_admin_v1_GetLagRequest, _atoll_admin_v1_GetLagRequest__Output>
        GetLagResponse: MessageTypeDefinition<_atoll_admin_v1_GetLagResponse, _atoll_admin_v1_GetLagResponse__Output>
        GetStatusRequest: MessageTypeDefinition<_atoll_admin_v1_GetStatusRequest, _atoll_admin_v1_GetStatusRequest__Output>
        GetStatusResponse: MessageTypeDefinition<_atoll_admin_v1_GetStatusResponse, _atoll_admin_v1_GetStatusResponse__Output>
        ListConflictsRequest: MessageTypeDefinition<_atoll_admin_v1_ListConflictsRequest, _atoll_admin_v1_ListConflictsRequest__Output>
        ListConflictsResponse: MessageTypeDefinition<_atoll_admin_v1_ListConflictsResponse, _atoll_admin_v1_ListConflictsResponse__Output>
        ListHintsRequest: MessageTypeDefinition<_atoll_admin_v1_ListHintsRequest, _atoll_admin_v1_ListHintsRequest__Output>
        ListHintsResponse: MessageTypeDefinition<_atoll_admin_v1_ListHintsResponse, _atoll_admin_v1_ListHintsResponse__Output>
        NodeState: EnumTypeDefinition
        PeerHints: MessageTypeDefinition<_atoll_admin_v1_PeerHints, _atoll_admin_v1_PeerHints__Output>
        PeerLag: MessageTypeDefinition<_atoll_admin_v1_PeerLag, _atoll_admin_v1_PeerLag__Output>
        PeerStatus: MessageTypeDefinition<_atoll_admin_v1_PeerStatus, _atoll_admin_v1_PeerStatus__Output>
        RegionLag: MessageTypeDefinition<_atoll_admin_v1_RegionLag, _atoll_admin_v1_RegionLag__Output>
        RemoveMemberRequest: MessageTypeDefinition<_atoll_admin_v1_RemoveMemberRequest, _atoll_admin_v1_RemoveMemberRequest__Output>
        RemoveMemberResponse: MessageTypeDefinition<_atoll_admin_v1_RemoveMemberResponse, _atoll_admin_v1_RemoveMemberResponse__Output>
        RepairRequest: MessageTypeDefinition<_atoll_admin_v1_RepairRequest, _atoll_admin_v1_RepairRequest__Output>
        RepairResponse: MessageTypeDefinition<_atoll_admin_v1_RepairResponse, _atoll_admin_v1_RepairResponse__Output>
      }
    }
  }
}

