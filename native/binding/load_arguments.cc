#include "binding/load_arguments.h"

#include "binding/plan_arguments.h"
#include "binding/read_options.h"
#include "binding/staging.h"
#include "binding/tensor_argument.h"

namespace ntrt::binding {
namespace {

SharedBytes take_bytes(Napi::Env env, napi_value value) {
  Staging* staging = Staging::from(env, value);
  if (staging == nullptr) throw Error(Code::kInternal, "expected staged bytes");
  auto buffer = std::make_shared<Buffer>(staging->take());
  SharedBytes bytes;
  bytes.view = {static_cast<const std::byte*>(buffer->data()), buffer->size()};
  bytes.owner = std::move(buffer);
  return bytes;
}

Clock::duration milliseconds(const Napi::Object& object, const char* key) {
  const std::chrono::duration<double, std::milli> ms(to_number(object.Env(), get(object.Env(), object, key)));
  return std::chrono::duration_cast<Clock::duration>(ms);
}

/// Per input { name, type, dims, data }, the data staged, or a list of strings.
Sample read_sample(Napi::Env env, napi_value sample) {
  Sample result;
  OwnedTensors& tensors = result.tensors;
  each_element(env, sample, [&](napi_value tensor) {
    result.names.push_back(to_text(env, get(env, tensor, "name")));
    TensorView view;
    view.type = static_cast<DType>(to_integer(env, get(env, tensor, "type")));
    each_element(env, get(env, tensor, "dims"), [&](napi_value dim) { view.dims.push_back(to_integer(env, dim)); });
    const size_t count = element_count(view.dims);
    view.bytes = count * dtype_size(view.type);
    const napi_value data = get(env, tensor, "data");
    if (view.type == DType::kString) {
      auto& strings = tensors.strings.emplace_back(read_strings(env, data, "batching.verify"));
      if (strings.size() != count) throw size_error("batching.verify", count, strings.size());
      view.data = &strings;
    } else {
      Staging* staging = Staging::from(env, data);
      if (staging == nullptr || staging->size() != view.bytes) throw Error(Code::kInternal, "expected a staged sample");
      view.data = tensors.buffers.emplace_back(staging->take()).data();
    }
    tensors.views.push_back(std::move(view));
  });
  return result;
}

/// { buckets, inputs: [{ name, axis, value, outputs: [{ name, axis }] }] }
void read_padding(napi_env env, napi_value options, PadOptions& pad) {
  each_element(env, get(env, options, "buckets"),
               [&](napi_value bucket) { pad.buckets.push_back(static_cast<size_t>(to_integer(env, bucket))); });
  each_element(env, get(env, options, "inputs"), [&](napi_value given) {
    PadInput input;
    input.name = to_text(env, get(env, given, "name"));
    input.axis = to_integer(env, get(env, given, "axis"));
    const napi_value value = get(env, given, "value");
    int64_t big = 0;
    bool lossless = true;
    if (napi_get_value_bigint_int64(env, value, &big, &lossless) == napi_ok) {
      input.value = big;
    } else {
      input.value = to_number(env, value);
    }
    each_element(env, get(env, given, "outputs"), [&](napi_value output) {
      input.output_axes.emplace_back(to_text(env, get(env, output, "name")), to_integer(env, get(env, output, "axis")));
    });
    pad.inputs.push_back(std::move(input));
  });
}

ProofOptions read_proof(Napi::Env env, const Napi::Object& options) {
  ProofOptions proof;
  proof.enabled = to_bool(env, get(env, options, "enabled"));
  proof.verify = static_cast<Verify>(integer(options, "verify"));
  proof.rtol = to_number(env, get(env, options, "rtol"));
  proof.atol = to_number(env, get(env, options, "atol"));
  proof.max_seconds = to_number(env, get(env, options, "maxSeconds"));
  read_padding(env, get(env, options, "pad"), proof.pad);
  each_element(env, get(env, options, "samples"),
               [&](napi_value sample) { proof.samples.push_back(read_sample(env, sample)); });
  return proof;
}

SequenceRequest read_sequences(Napi::Env env, const Napi::Object& options) {
  SequenceRequest sequences;
  each_entry(env, get(env, options, "states"), [&](std::string input, napi_value output) {
    sequences.states.emplace_back(std::move(input), to_text(env, output));
  });
  sequences.initial = read_sample(env, get(env, options, "initial"));
  sequences.idle_timeout = milliseconds(options, "idleTimeoutMs");
  sequences.max_sequences = static_cast<size_t>(integer(options, "maxSequences"));
  return sequences;
}

/// { mode: 'off' | 'auto' | 'node', node, mayFallBack, sysfs }
NumaRequest read_numa(const Napi::Object& options) {
  const Napi::Env env = options.Env();
  NumaRequest numa;
  const std::string mode = text(options, "mode");
  numa.mode = mode == "auto"   ? NumaRequest::Mode::kAuto
              : mode == "node" ? NumaRequest::Mode::kNode
                               : NumaRequest::Mode::kOff;
  numa.node = static_cast<int>(integer(options, "node"));
  numa.may_fall_back = to_bool(env, get(env, options, "mayFallBack"));
  numa.sysfs = text(options, "sysfs");
  return numa;
}

}  // namespace

QueueOptions read_queue_options(const Napi::Object& options) {
  const Napi::Env env = options.Env();
  QueueOptions queue;
  queue.batch.max_size = static_cast<size_t>(integer(options, "maxSize"));
  queue.batch.max_delay = milliseconds(options, "maxDelayMs");
  each_element(env, get(env, options, "preferredSizes"), [&](napi_value size) {
    queue.batch.preferred_sizes.push_back(static_cast<size_t>(to_integer(env, size)));
  });
  queue.split = to_bool(options.Env(), get(options.Env(), options, "split"));
  queue.target_p99 = milliseconds(options, "targetP99Ms");
  queue.max_queue = static_cast<size_t>(integer(options, "maxQueue"));
  queue.max_queue_bytes = static_cast<size_t>(integer(options, "maxQueueBytes"));
  return queue;
}

namespace {

/// The part of the options that says which model, and how far it is trusted.
void read_model(Napi::Env env, napi_value model, const Napi::Object& options, ModelRequest& request) {
  const Napi::Value source(env, model);
  if (source.IsString()) {
    request.path = to_text(env, model);
  } else {
    request.bytes = take_bytes(env, model);
  }
  each_element(env, get(env, options, "externalData"), [&](napi_value file) {
    request.external_files.push_back({to_text(env, get(env, file, "path")), take_bytes(env, get(env, file, "data"))});
  });
  const Napi::Object limits(env, get(env, options, "limits"));
  request.policy.limits.nodes = static_cast<uint64_t>(integer(limits, "nodes"));
  request.policy.limits.elements = static_cast<uint64_t>(integer(limits, "elements"));
  request.policy.limits.declared_bytes = static_cast<uint64_t>(integer(limits, "declaredBytes"));
  request.policy.external_data.allow_hard_links = to_bool(env, get(env, limits, "hardLinks"));
}

}  // namespace

ModelRequest read_model_arguments(Napi::Env env, napi_value model, const Napi::Object& options) {
  ModelRequest request;
  read_model(env, model, options, request);
  return request;
}

EstimateRequest read_estimate_arguments(Napi::Env env, napi_value model, const Napi::Object& options) {
  EstimateRequest request;
  read_model(env, model, options, request);
  each_entry(env, get(env, options, "freeDimensionOverrides"), [&](std::string key, napi_value value) {
    request.sizes.symbols.emplace(std::move(key), to_integer(env, value));
  });
  each_entry(env, get(env, options, "inputDims"), [&](std::string key, napi_value value) {
    std::vector<int64_t>& dims = request.sizes.inputs[std::move(key)];
    each_element(env, value, [&](napi_value dim) { dims.push_back(to_integer(env, dim)); });
  });
  each_element(env, get(env, options, "batches"),
               [&](napi_value batch) { request.batches.push_back(to_integer(env, batch)); });
  return request;
}

Napi::Object write_queue_options(Napi::Env env, const QueueOptions& queue) {
  const auto ms = [](Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); };
  Napi::Object options = Napi::Object::New(env);
  const auto set = [&](const char* key, double value) { options.Set(key, Napi::Number::New(env, value)); };
  set("maxSize", static_cast<double>(queue.batch.max_size));
  options.Set("split", Napi::Boolean::New(env, queue.split));
  set("maxDelayMs", ms(queue.batch.max_delay));
  set("targetP99Ms", ms(queue.target_p99));
  set("maxQueue", static_cast<double>(queue.max_queue));
  set("maxQueueBytes", static_cast<double>(queue.max_queue_bytes));
  Napi::Array sizes = Napi::Array::New(env, queue.batch.preferred_sizes.size());
  for (size_t i = 0; i < queue.batch.preferred_sizes.size(); ++i) {
    sizes.Set(static_cast<uint32_t>(i), Napi::Number::New(env, static_cast<double>(queue.batch.preferred_sizes[i])));
  }
  options.Set("preferredSizes", sizes);
  return options;
}

LoadRequest read_load_arguments(Napi::Env env, napi_value model, const Napi::Object& options) {
  LoadRequest request;
  read_model(env, model, options, request);
  request.library_path = text(options, "libraryPath");
  request.plan = read_plan(options);

  request.backend.threads = static_cast<int>(integer(options, "threads"));
  request.backend.graph_optimization_level = text(options, "graphOptimizationLevel");
  each_entry(env, get(env, options, "freeDimensionOverrides"), [&](std::string key, napi_value value) {
    request.backend.free_dimension_overrides.emplace_back(std::move(key), to_integer(env, value));
  });
  each_entry(env, get(env, options, "sessionConfig"), [&](std::string key, napi_value value) {
    request.backend.session_config.emplace_back(std::move(key), to_text(env, value));
  });
  each_element(env, get(env, options, "customOperators"), [&](napi_value library) {
    request.backend.custom_operator_libraries.push_back(to_text(env, get(env, library, "path")));
  });

  request.engine.name = text(options, "name");
  request.engine.instances = static_cast<int>(integer(options, "instances"));
  request.engine.queue = read_queue_options(Napi::Object(env, get(env, options, "queue")));
  request.proof = read_proof(env, Napi::Object(env, get(env, options, "proof")));
  request.sequences = read_sequences(env, Napi::Object(env, get(env, options, "sequence")));
  request.numa = read_numa(Napi::Object(env, get(env, options, "numa")));
  if (const int64_t bytes = integer(options, "memoryLimitBytes"); bytes > 0) {
    request.memory_limit = static_cast<size_t>(bytes);
  }
  request.engine.inline_below_us = integer(options, "inlineBelowUs");
  return request;
}

}  // namespace ntrt::binding
