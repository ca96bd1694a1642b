/** Whether an IPv4 network (`10.0.0.0/8`, `10.0.0.0/255.0.0.0`, one address) holds an address; else `undefined`. */
export function contains(network: string, address: string): boolean | undefined {
  const [base = '', length = '32', ...more] = network.split('/')
  const [net, ip, mask] = [toNumber(base), toNumber(address), toMask(length)]
  if (net === undefined || ip === undefined || mask === undefined || more.length > 0) return undefined
  return ((net ^ ip) & mask) === 0
}

function toNumber(dotted: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(dotted)?.slice(1).map(Number)
  if (!parts || parts.some((part) => part > 255)) return undefined
  return parts.reduce((whole, part) => (whole << 8) | part, 0)
}

function toMask(text: string): number | undefined {
  if (!/^\d{1,2}$/.test(text)) return toNumber(text)
  const length = Number(text)
  if (length > 32) return undefined
  return length === 0 ? 0 : -1 << (32 - length)
}
