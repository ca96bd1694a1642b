/** Numbers of the pcapng format (draft-ietf-opsawg-pcapng). */
export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  oldPacket: 2,
  simplePacket: 3,
  packet: 6,
} as const

/** Options; a number means another thing in each kind of block. */
export const OPTION = {
  comment: 1,
  /** Of an interface. */
  name: 2,
  description: 3,
  resolution: 9,
  offset: 14,
  /** Of a packet. */
  flags: 2,
  /** Of a section. */
  application: 4,
} as const

export const SECTION_MAGIC = 0x1a2b3c4d
