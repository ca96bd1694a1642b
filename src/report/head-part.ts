import type { Diagnosis } from '../core/diagnosis.ts'
import type { Subject } from '../core/subject.ts'
import { lostAsVm } from '../core/experiment.ts'
import { oneLine } from './evidence.ts'
import { gapWords } from './experiments/as-the-vm.ts'
import { verdicts } from './labels.ts'
import type { Pen } from './pen.ts'
import { isOutOfScope } from './tally.ts'
import { wrap } from './text.ts'

/** The verdict in one line, and whom it is about. */
export function headPart(d: Diagnosis, pen: Pen): readonly string[] {
  const { paint, tell } = pen
  const colour = { broken: paint.red, healthy: paint.green, undetermined: paint.yellow }[d.verdict]
  const [first = '', ...rest] = wrap(
    `${oneLine(d.subject.name)}  ${tell(verdicts[d.verdict])}${pen.colon}${sentence(d, pen)}`,
    pen.width,
    '',
  )
  return [paint.bold(colour(first)), ...rest.map((line) => paint.bold(colour(line))), ...about(d.subject, pen)]
}

function sentence(d: Diagnosis, pen: Pen): string {
  const top = d.causes[0]
  const words = top?.cause.words[pen.lang]
  if (d.verdict === 'broken' && top && words) return oneLine(words.says(top.verdict.detail))
  const [gap] = lostAsVm(d.experiments)
  if (d.verdict === 'broken' && gap)
    return pen.t(`${gapWords(gap, pen)}; why is not known`, `${gapWords(gap, pen)}；原因未知`)
  if (d.verdict === 'healthy' && d.experiments.length > 0) {
    return pen.t(
      'what was sent as the VM passes every hop and is answered',
      '以虚拟机身份发送的报文在每一跳都通，并得到应答',
    )
  }
  if (d.verdict === 'healthy') {
    return pen.t(
      'its DHCP request and reply and the ARP of its gateway pass every hop',
      'DHCP 请求与应答、到网关的 ARP 在每一跳都通',
    )
  }
  const [limit] = d.limits
  if (isOutOfScope(d) && limit) return pen.tell(limit)
  if (top && words) return pen.t('only a suspicion: ', '只是怀疑：') + oneLine(words.says(top.verdict.detail))
  return pen.t(
    'nothing wrong was found, and not every hop was seen to pass',
    '没有发现问题，但也没有证据表明每一跳都通',
  )
}

function about(s: Subject, pen: Pen): readonly string[] {
  const ips = s.port.fixedIps.map((f) => f.ip).join(', ')
  const port = [`${pen.t('port', '端口')} ${s.port.id.slice(0, 8)}`, s.port.mac, ...(ips ? [ips] : [])]
  const place = [
    `${pen.t('network', '网络')} ${s.network.name || s.network.id.slice(0, 8)} (${segmentOf(s, pen)})`,
    ...(s.compute ? [pen.t(`on ${s.compute}`, `主机 ${s.compute}`)] : []),
  ]
  return [port, place].flatMap((line) => wrap(line.map(oneLine).join('  '), pen.width, '')).map((l) => pen.paint.dim(l))
}

function segmentOf({ network: { segment } }: Subject, pen: Pen): string {
  if (!segment) return pen.t('segment not known', '网段未知')
  const type = segment.type === 'flat' ? 'flat' : segment.type.toUpperCase()
  const at = segment.physicalNetwork ? pen.t(` on ${segment.physicalNetwork}`, `，${segment.physicalNetwork}`) : ''
  return `${[type, ...(segment.id === undefined ? [] : [segment.id])].join(' ')}${at}`
}
