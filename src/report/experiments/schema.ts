import { z } from 'zod'
import { sightings } from '../../core/experiment.ts'
import { conversations, stations } from '../../core/hop.ts'
import { evidence } from '../evidence-schema.ts'

const conversation = z.enum(conversations)
const direction = z.enum(['request', 'reply'])
const place = z.strictObject({ station: z.enum(stations), host: z.string(), devices: z.array(z.string()) })
const stranger = z.strictObject({
  is: z.enum(['DHCP server', 'same address', 'same MAC']),
  mac: z.string(),
  ip: z.string().optional(),
  offers: z.string().optional(),
  reached: z.boolean().optional().describe("whether its frame came to the VM's port too, where that is known"),
  because: z.array(evidence),
})
const asTheVm = z.strictObject({
  id: z.literal('as-the-vm'),
  run: z.string().describe('the mark of all that it put anywhere; of DHCP also the transaction id'),
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
  lost: z
    .array(z.strictObject({ conversation, direction, after: place.nullable(), before: place }))
    .describe('where frames vanish: the last place that saw them, and the first that did not'),
  strangers: z
    .array(stranger)
    .nullable()
    .describe('who is not who Neutron means, heard on the NIC of the host; null where that could not be heard'),
  guest: z
    .enum(['speaks', 'silent', 'unknown'])
    .describe('whether anything came from the guest while it was asked for its own address'),
})

export const experiment = z.discriminatedUnion('id', [asTheVm])

export type ExperimentJson = z.infer<typeof experiment>
