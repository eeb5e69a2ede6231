/** What members of sets are to the caller: text, as its UTF-8, or bytes as they are. */
import { AtollError } from "./atoll-error.js";
import { type Key, keyBytes, type Site, siteMetadata, siteText } from "./key.js";
import { decodeText, plainBytes } from "./value-codec.js";

/** How a set's members come back. */
export interface MemberCodec<Member extends Key> {
  /** @throws AtollError INVALID_ARGUMENT for an empty member, or text that UTF-8 cannot carry. */
  encode(member: Member): Buffer;
  /** @throws AtollError DATA_LOSS for bytes that are none of its members. */
  decode(bytes: Uint8Array, site: Site): Member;
}

const encode = (member: Key): Buffer => keyBytes(member, "member");

export const TEXT_MEMBERS: MemberCodec<string> = {
  encode,
  decode: (bytes, site) => {
    try {
      return decodeText(bytes);
    } catch (cause) {
      throw new AtollError({
        code: "DATA_LOSS",
        reason: undefined,
        message:
          `a member of the set of ${siteText(site)} is not UTF-8: 0x${Buffer.from(bytes).toString("hex")}; ` +
          'read the set with { members: "bytes" }',
        metadata: siteMetadata(site),
        cause,
      });
    }
  },
};

export const BYTE_MEMBERS: MemberCodec<Uint8Array> = { encode, decode: plainBytes };
