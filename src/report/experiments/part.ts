import type { Diagnosis } from '../../core/diagnosis.ts'
import { type Experiment, isGatewayThere } from '../../core/experiment.ts'
import type { Pen } from '../pen.ts'
import { askTheSwitchPart } from './ask-the-switch.ts'
import { asTheVmPart } from './as-the-vm.ts'
import { fromTheDhcpNamespacePart } from './from-the-dhcp-namespace.ts'
import { underlayPart } from './underlay.ts'

/** What experiments have shown, one after another. */
export const experimentsPart = (d: Diagnosis, pen: Pen): readonly string[] =>
  d.experiments.flatMap((experiment) => partOf(experiment, d.experiments, pen))

function partOf(experiment: Experiment, all: readonly Experiment[], pen: Pen): readonly string[] {
  switch (experiment.id) {
    case 'as-the-vm':
      return asTheVmPart(experiment, isGatewayThere(all), pen)
    // The comparison tells of them.
    case 'as-siblings':
      return []
    case 'ask-the-switch':
      return askTheSwitchPart(experiment, pen)
    case 'underlay':
      return underlayPart(experiment, pen)
    case 'from-the-dhcp-namespace':
      return fromTheDhcpNamespacePart(experiment, pen)
  }
}
