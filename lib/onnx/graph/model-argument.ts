import { argumentError } from '../../errors.js';
import { Model } from './model.js';

/** What must be a model that was read. Throws INVALID_ARGUMENT, as for a path. */
export function modelArgument(model: unknown): asserts model is Model {
  if (!(model instanceof Model)) throw argumentError('model', 'a Model, as readModel() gives', model);
}
