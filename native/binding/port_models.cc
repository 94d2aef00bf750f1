// What a model is and takes before it is loaded, as a port offers it.

#include <algorithm>
#include <thread>

#include "binding/load_arguments.h"
#include "binding/port.h"
#include "binding/write_dims.h"
#include "memory/pools.h"
#include "model/model_description.h"
#include "model/onnx_types.h"

namespace ntrt::binding {
namespace {

Napi::Value number(Napi::Env env, uint64_t value) { return Napi::Number::New(env, static_cast<double>(value)); }

Napi::Array write_values(Napi::Env env, const std::vector<DescribedValue>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("name", values[i].name);
    object.Set("type", values[i].type);
    object.Set("dims", write_dims(env, values[i].dims));
    object.Set("anyRank", Napi::Boolean::New(env, !values[i].has_shape));
    array.Set(static_cast<uint32_t>(i), object);
  }
  return array;
}

Napi::Object write_activations(Napi::Env env, const ActivationEstimate& activations) {
  Napi::Object object = Napi::Object::New(env);
  const auto set = [&](const char* key, const std::optional<uint64_t>& bytes) {
    object.Set(key, bytes ? number(env, *bytes) : env.Null());
  };
  object.Set("batch", Napi::Number::New(env, static_cast<double>(activations.batch)));
  set("bytes", activations.bytes);
  set("inputBytes", activations.input_bytes);
  object.Set("exact", Napi::Boolean::New(env, activations.exact));
  object.Set("reason", activations.reason);
  return object;
}

/// Has a thread do what reads the disk, and post the message that it fills in, or the error.
template <typename Work>
void on_thread(const std::shared_ptr<Mailbox>& mailbox, uint64_t id, Work&& work) {
  std::thread([mailbox, id, work = std::forward<Work>(work)]() mutable {
    Message message;
    message.id = id;
    try {
      work(message);
    } catch (...) {
      message.error = Error::current();
      message.event = Event::kError;
    }
    mailbox->post(std::move(message));
  }).detach();
}

}  // namespace

/// estimate(id, model, options): reads the disk, so a thread does it; an event of that id follows.
Napi::Value Port::estimate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  EstimateRequest request = read_estimate_arguments(env, info[1], info[2].As<Napi::Object>());
  begin(env, id, nullptr, [&] {
    on_thread(mailbox_, id, [request = std::move(request)](Message& message) mutable {
      message.estimate = std::make_shared<const ModelEstimate>(estimate_model(std::move(request)));
      message.event = Event::kEstimate;
    });
  });
  return env.Undefined();
}

Napi::Value Port::take_estimate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<const ModelEstimate> estimate = std::move(current_.estimate);
  if (!estimate) throw Error(Code::kInternal, "there is no estimate to take");
  Napi::Object object = Napi::Object::New(env);
  object.Set("irVersion", Napi::Number::New(env, static_cast<double>(estimate->ir_version)));
  object.Set("producer", estimate->producer);
  object.Set("nodes", number(env, estimate->num_nodes));
  object.Set("fileBytes", number(env, estimate->file_bytes));
  object.Set("externalBytes", number(env, estimate->external_bytes));
  const ntrt::Pool& pool = host_pool();
  const uint64_t active = pool.stats().active.current;
  object.Set("poolRoom", pool.limit() == LimitAdaptor::kNoLimit
                             ? env.Null()
                             : number(env, pool.limit() - std::min<uint64_t>(pool.limit(), active)));
  object.Set("freeBatch", Napi::Boolean::New(env, estimate->free_batch));
  object.Set("inputs", write_values(env, estimate->inputs));
  object.Set("outputs", write_values(env, estimate->outputs));
  Napi::Object weights = Napi::Object::New(env);
  for (size_t type = 1; type < estimate->weights.size(); ++type) {
    if (estimate->weights[type] == 0) continue;
    weights.Set(std::string(onnx_type_name(static_cast<int32_t>(type))), number(env, estimate->weights[type]));
  }
  object.Set("weights", weights);
  Napi::Array opset = Napi::Array::New(env, estimate->opset_imports.size());
  for (size_t i = 0; i < estimate->opset_imports.size(); ++i) {
    Napi::Object import = Napi::Object::New(env);
    import.Set("domain", estimate->opset_imports[i].domain);
    import.Set("version", Napi::Number::New(env, static_cast<double>(estimate->opset_imports[i].version)));
    opset.Set(static_cast<uint32_t>(i), import);
  }
  object.Set("opset", opset);
  Napi::Array activations = Napi::Array::New(env, estimate->activations.size());
  for (size_t i = 0; i < estimate->activations.size(); ++i) {
    activations.Set(static_cast<uint32_t>(i), write_activations(env, estimate->activations[i]));
  }
  object.Set("activations", activations);
  return object;
}

/// describe(id, model, options): likewise.
Napi::Value Port::describe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  ModelRequest request = read_model_arguments(env, info[1], info[2].As<Napi::Object>());
  begin(env, id, nullptr, [&] {
    on_thread(mailbox_, id, [request = std::move(request)](Message& message) mutable {
      message.description = std::make_shared<const ModelDescription>(describe_model(std::move(request)));
      message.event = Event::kDescription;
    });
  });
  return env.Undefined();
}

Napi::Value Port::take_description(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<const ModelDescription> description = std::move(current_.description);
  if (!description) throw Error(Code::kInternal, "there is no description to take");
  Napi::Object object = Napi::Object::New(env);
  object.Set("nodes", number(env, description->num_nodes));
  object.Set("fileBytes", number(env, description->file_bytes));
  object.Set("precision", std::string(description->precision));
  object.Set("inputs", write_values(env, description->inputs));
  object.Set("outputs", write_values(env, description->outputs));
  Napi::Array external = Napi::Array::New(env, description->external_refs.size());
  for (size_t i = 0; i < description->external_refs.size(); ++i) {
    const ExternalRef& ref = description->external_refs[i];
    const bool ends = ref.length || ref.needed_bytes;
    Napi::Object one = Napi::Object::New(env);
    one.Set("tensor", ref.tensor);
    one.Set("location", ref.location);
    one.Set("offset", number(env, ref.offset));
    one.Set("bytes", ends ? number(env, ref.extent()) : env.Null());
    external.Set(static_cast<uint32_t>(i), one);
  }
  object.Set("external", external);
  return object;
}

}  // namespace ntrt::binding
