import type { common } from './fields.ts'

/** Which part of OpenFlow a random world is about: a narrow one finds its bugs in far fewer worlds. */
export interface Focus {
  /** Keys of `protocols`. */
  readonly protocols: readonly string[]
  /** Which of the fields that every packet has are matched. */
  readonly fields: readonly (keyof typeof common)[]
  /** Whether the protocol's own fields are matched. */
  readonly ownFields: boolean
  /** Families of actions and how often each is taken. */
  readonly actions: Readonly<Partial<Record<Family, number>>>
  readonly bridges: number
  readonly tables: number
  readonly flows: number
  readonly groups: boolean
  readonly conjunctions: boolean
  /** Random VLAN modes, trunks and flags on ports, and addresses learned. */
  readonly switching: boolean
  readonly tunnels: boolean
}

export type Family =
  | 'output'
  | 'special output'
  | 'NORMAL'
  | 'resubmit'
  | 'back'
  | 'goto'
  | 'set'
  | 'registers'
  | 'legacy'
  | 'vlan'
  | 'ttl'
  | 'stack'
  | 'ct'
  | 'group'
  | 'action set'
  | 'clone'
  | 'learn'
  | 'length'
  | 'little'
  | 'input'

const all = [
  ...['', 'dl_type=0x88cc', 'arp', 'ip', 'ipv6', 'icmp', 'tcp', 'udp', 'sctp', 'icmp6', 'tcp6', 'udp6', 'sctp6'],
  ...['icmp6,icmp_type=135,icmp_code=0', 'icmp6,icmp_type=136,icmp_code=0'],
]

const plain: Focus = {
  ...{ protocols: ['', 'arp', 'udp'], fields: [], ownFields: false, actions: { output: 3, resubmit: 3 } },
  ...{ bridges: 1, tables: 3, flows: 8, groups: false, conjunctions: false, switching: false, tunnels: false },
}

const everything: Focus = {
  ...{ protocols: all, fields: ['ethernet', 'vlan', 'registers', 'wideRegisters', 'tunnel', 'conntrack'] },
  ownFields: true,
  actions: {
    ...{ output: 6, 'special output': 2, NORMAL: 2, resubmit: 6, goto: 4, set: 5, registers: 5, legacy: 2, vlan: 3 },
    ...{ ttl: 1, stack: 1, ct: 2, group: 2, 'action set': 2, clone: 1, learn: 1, length: 1, little: 1 },
  },
  ...{ bridges: 3, tables: 5, flows: 14, groups: true, conjunctions: true, switching: true, tunnels: true },
}

export const focuses = {
  matching: { ...plain, protocols: all, fields: everything.fields, ownFields: true, flows: 12 },
  registers: {
    ...plain,
    fields: ['registers', 'wideRegisters'],
    actions: { registers: 8, output: 3, resubmit: 4, goto: 2, stack: 3 },
  },
  rewriting: {
    ...plain,
    ...{ protocols: all, ownFields: true, fields: ['ethernet'] },
    actions: { set: 6, legacy: 4, registers: 3, ttl: 2, output: 5, resubmit: 2 },
  },
  vlans: { ...plain, fields: ['vlan'], actions: { vlan: 6, output: 5, resubmit: 3, legacy: 1, registers: 1 } },
  normal: {
    ...plain,
    ...{ fields: ['vlan', 'ethernet'], bridges: 3, tables: 2, flows: 3, switching: true },
    actions: { NORMAL: 8, vlan: 2, output: 1, resubmit: 1 },
  },
  conntrack: {
    ...plain,
    ...{ protocols: ['', 'ip', 'tcp', 'udp', 'icmp', 'udp6'], fields: ['conntrack'], bridges: 2, tables: 5 },
    actions: { ct: 6, output: 5, resubmit: 3, goto: 2, registers: 2, set: 1, NORMAL: 1 },
  },
  'action sets': {
    ...plain,
    ...{ groups: true, protocols: ['', 'ip', 'udp'] },
    actions: { 'action set': 6, goto: 5, resubmit: 2, output: 1, vlan: 1, group: 1 },
  },
  groups: {
    ...plain,
    groups: true,
    fields: ['registers'],
    actions: { group: 6, output: 2, resubmit: 2, vlan: 1, set: 1 },
  },
  conjunctions: { ...plain, conjunctions: true, protocols: ['', 'ip', 'tcp', 'udp'], ownFields: true },
  tunnels: {
    ...plain,
    ...{ bridges: 2, tunnels: true, fields: ['tunnel'], protocols: ['', 'udp', 'udp6', 'arp'] },
    actions: { registers: 2, set: 4, output: 6, resubmit: 2, NORMAL: 1 },
  },
  outputs: {
    ...plain,
    ...{ bridges: 3, switching: true },
    actions: { output: 4, 'special output': 5, NORMAL: 1, resubmit: 2, input: 2, clone: 2, registers: 2 },
  },
  limits: { ...plain, tables: 2, actions: { back: 5, output: 3, clone: 1, stack: 1, registers: 1 } },
  everything,
} satisfies Record<string, Focus>
