import { NodeTensorRTError } from '../../errors.js';
import type { Graph } from './graph.js';
import type { Node } from './node.js';

/** The nodes of a graph in an order in which producers come first; see `Graph.sort`. */
export function sortNodes(graph: Graph): Node[] {
  const own = new Set(graph.nodes);
  const waitsFor = new Map<Node, number>();
  const followers = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    const producers = new Set<Node>();
    addProducers(node, own, producers);
    for (const inner of node.subgraphs) {
      for (const nested of inner.allNodes()) addProducers(nested, own, producers);
      for (const part of inner.withSubgraphs()) {
        for (const { producer } of part.outputs) if (producer && own.has(producer)) producers.add(producer);
      }
    }
    producers.delete(node);
    // A node that takes its own output never becomes ready.
    waitsFor.set(node, producers.size + (node.inputs.some((input) => input?.producer === node) ? 1 : 0));
    for (const producer of producers) {
      const list = followers.get(producer);
      if (list) list.push(node);
      else followers.set(producer, [node]);
    }
  }
  // The order of the file decides among those that are ready, so that a sorted graph stays as it is.
  const place = new Map(graph.nodes.map((node, i) => [node, i]));
  const ready = new Heap(graph.nodes.filter((node) => waitsFor.get(node) === 0).map((node) => place.get(node) ?? 0));
  const sorted: Node[] = [];
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    const node = graph.nodes[at] as Node;
    sorted.push(node);
    for (const follower of followers.get(node) ?? []) {
      const left = (waitsFor.get(follower) ?? 0) - 1;
      waitsFor.set(follower, left);
      if (left === 0) ready.push(place.get(follower) ?? 0);
    }
  }
  if (sorted.length < graph.nodes.length) {
    const waiting = graph.nodes.filter((node) => (waitsFor.get(node) ?? 0) > 0).map(({ label }) => label);
    const text = `nodes of graph '${graph.name}' wait for one another: ${waiting.slice(0, 10).join(', ')}`;
    throw new NodeTensorRTError('MODEL_INVALID', text, { reason: 'cycle', nodes: waiting.length });
  }
  return sorted;
}

function addProducers(node: Node, own: ReadonlySet<Node>, producers: Set<Node>): void {
  for (const input of node.inputs) if (input?.producer && own.has(input.producer)) producers.add(input.producer);
}

/** The smallest number first. */
class Heap {
  readonly #items: number[];

  constructor(sorted: number[]) {
    this.#items = sorted;
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((items[parent] as number) <= item) break;
      items[at] = items[parent] as number;
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] as number) < (items[child] as number)) child++;
      if ((items[child] as number) >= last) break;
      items[at] = items[child] as number;
      at = child;
    }
    items[at] = last;
    return first;
  }
}
