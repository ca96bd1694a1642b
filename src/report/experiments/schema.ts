import { z } from 'zod'
import { switchMethods } from '../../core/ask-the-switch.ts'
import { sightings } from '../../core/experiment.ts'
import { conversations, stations } from '../../core/hop.ts'
import { evidence } from '../evidence-schema.ts'

const conversation = z.enum(conversations)
const direction = z.enum(['request', 'reply'])
const place = z.strictObject({ station: z.enum(stations), host: z.string(), devices: z.array(z.string()) })
const stranger = z.strictObject({
  is: z.enum(['DHCP server', 'same address', 'same MAC', 'gateway']),
  mac: z.string(),
  ip: z.string().optional(),
  offers: z.string().optional(),
  reached: z.boolean().optional().describe("whether its frame came to the VM's port too, where that is known"),
  because: z.array(evidence),
})
/** Where frames vanish: the last place that saw them, and the first that did not. */
export const gap = z.strictObject({ conversation, direction, after: place.nullable(), before: place })
const ofConversations = {
  sent: z.array(
    z.strictObject({
      conversation,
      host: z.string(),
      bridge: z.string(),
      ofport: z.number().int(),
      count: z.number().int(),
      refused: z.string().optional(),
    }),
  ),
  trips: z.array(
    z.strictObject({
      conversation,
      direction,
      server: z.string().optional().describe('the DHCP host'),
      passages: z.array(
        place.extend({
          state: z.enum(sightings).describe('`unknown` where the capture could not tell'),
          count: z.number().int(),
          at: z.number().int().optional().describe("of the first frame: microseconds since 1970, by this host's clock"),
          device: z.string().optional(),
          vlan: z.number().int().optional(),
          roundTripUs: z.number().int().optional().describe('from request to reply at this place'),
          why: z.string().optional(),
          because: z.array(evidence),
        }),
      ),
    }),
  ),
  lost: z.array(gap).describe('where frames vanish: the last place that saw them, and the first that did not'),
}
const asTheVm = z.strictObject({
  id: z.literal('as-the-vm'),
  run: z.string().describe('the mark of all that it put anywhere; of DHCP also the transaction id'),
  ...ofConversations,
  strangers: z
    .array(stranger)
    .nullable()
    .describe('who is not who Neutron means, heard on the NIC of the host; null where that could not be heard'),
  guest: z
    .enum(['speaks', 'silent', 'unknown'])
    .describe('whether anything came from the guest while it was asked for its own address'),
})

const asSiblings = z.strictObject({
  id: z.literal('as-siblings'),
  run: z.string(),
  vms: z
    .array(z.strictObject({ vm: z.string(), port: z.string(), ...ofConversations }))
    .describe('the VMs that it is compared with (`--prove --compare`)'),
})

const sight = z.strictObject({
  state: z.enum(sightings).describe('`unknown` where the capture could not tell'),
  count: z.number().int().describe('frames'),
  vlan: z.number().int().nullable().describe('of the first frame; null: untagged, or none was seen'),
  roundTripUs: z.number().int().optional().describe('the shortest, from a probe to its answer'),
  why: z.string().optional(),
  because: z.array(evidence),
})
const askedVlan = z.strictObject({
  vlan: z.number().int().nullable().describe('null: untagged'),
  from: z.array(
    z.strictObject({
      host: z.string(),
      method: z.enum(switchMethods).describe('a port of the provider bridge, or a VLAN sub-interface of the NIC'),
      nics: z.array(
        z.strictObject({
          name: z.string(),
          mac: z.string().nullable(),
          neighbour: z.string().nullable().describe('switch and port by LLDP, where lldpd runs'),
        }),
      ),
      mac: z.string().describe('of the temporary port or sub-interface'),
      left: sight.describe('its own probes, as they leave by the NIC'),
      answers: z.array(
        z.strictObject({
          ip: z.string(),
          is: z.enum(['gateway', 'DHCP port']),
          host: z.string().optional().describe('of a DHCP port'),
          sight,
        }),
      ),
      heard: z
        .array(z.strictObject({ from: z.string(), sight }))
        .describe('probes of the other hosts, as they come in by the NIC'),
    }),
  ),
})
const askTheSwitch = z.strictObject({
  id: z.literal('ask-the-switch'),
  run: z.string().describe('the mark of all that it put anywhere'),
  method: z.enum(switchMethods).describe('`subinterface` where any host was asked so'),
  network: askedVlan,
  control: askedVlan.nullable().describe('another VLAN of the same bridges, asked in the same way'),
  ways: z
    .array(
      z.strictObject({
        from: z.string(),
        to: z.string(),
        is: z.enum(['carried', 'lost', 'retagged', 'unknown']),
        vlan: z.number().int().nullable().describe('in which retagged frames arrive; null: untagged, or not retagged'),
      }),
    )
    .describe("of the network's VLAN, between every two hosts"),
})

const pings = z.union([
  z.strictObject({
    size: z.number().int().describe('of the IP packet, in bytes'),
    sent: z.number().int(),
    received: z.number().int(),
    tooLongFor: z.number().int().optional().describe('the MTU that refused it, where somebody has said so'),
    roundTripUs: z.number().int().optional(),
    because: z.array(evidence),
  }),
  z.strictObject({ why: z.string().describe('why it is not known') }),
])
const underlay = z.strictObject({
  id: z.literal('underlay'),
  run: z.string(),
  mtu: z.number().int().describe("the network's, by Neutron"),
  needed: z.number().int().describe('of the IP packet that carries a packet of that size'),
  ways: z.array(
    z.strictObject({
      host: z.string(),
      peer: z.string(),
      from: z.string(),
      to: z.string(),
      route: z.union([
        z.strictObject({ device: z.string(), via: z.string().optional(), because: z.array(evidence) }),
        z.strictObject({ device: z.null(), because: z.array(evidence) }),
        z.strictObject({ why: z.string() }),
      ]),
      small: pings,
      full: pings,
    }),
  ),
})

const fromTheDhcpNamespace = z.strictObject({
  id: z.literal('from-the-dhcp-namespace'),
  run: z.string(),
  hosts: z.array(
    z.strictObject({
      host: z.string(),
      server: z
        .strictObject({
          is: z.enum(['offered', 'silent', 'not reached', 'unknown']),
          ip: z.string().optional().describe('the address that was offered'),
          roundTripUs: z.number().int().optional(),
          why: z.string().optional(),
          because: z.array(evidence),
        })
        .describe("a DISCOVER with the VM's MAC, put into the DHCP server's own port; `not reached`: not seen inside"),
      reached: z
        .array(
          z.strictObject({
            is: z.enum(['gateway', 'VM']),
            ip: z.string(),
            arp: z.union([
              z.strictObject({ mac: z.string().nullable().describe('null: no answer'), because: z.array(evidence) }),
              z.strictObject({ why: z.string() }),
            ]),
            pings,
            full: pings
              .optional()
              .describe("as large as the network's MTU and not to be fragmented, where they were sent"),
          }),
        )
        .describe('from the DHCP port; no answer is no fault by itself'),
    }),
  ),
})

export const experiment = z.discriminatedUnion('id', [
  asTheVm,
  asSiblings,
  askTheSwitch,
  underlay,
  fromTheDhcpNamespace,
])

export type PingsJson = z.infer<typeof pings>
export type ExperimentJson = z.infer<typeof experiment>
