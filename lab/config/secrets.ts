import { randomBytes } from 'node:crypto'

/** Made once with the prepared controller, which has them in its database. */
export interface Secrets {
  readonly database: string
  readonly rabbit: string
  readonly admin: string
  readonly neutron: string
  readonly metadata: string
}

export function newSecrets(): Secrets {
  const word = (): string => randomBytes(12).toString('hex')
  return { database: word(), rabbit: word(), admin: word(), neutron: word(), metadata: word() }
}

/** Stands in for the real ones where only the shape of a file counts. */
export const noSecrets: Secrets = { database: '', rabbit: '', admin: '', neutron: '', metadata: '' }
