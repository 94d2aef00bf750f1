#include "runtime/load_job.h"

#include <mutex>
#include <thread>

#include "backends/registry.h"

namespace ntrt {
namespace {

std::shared_ptr<Engine> load(LoadRequest request, LoadCancellation& cancellation) {
  const std::unique_ptr<Backend> backend = create_backend(request.library_path);
  // Note "process exit": after the library is open, and again after its first load, which makes more statics.
  static std::once_flag opened;
  static std::once_flag loaded;
  std::call_once(opened, install_exit_handler);

  ModelSource source = request.path.empty()
                           ? ModelSource::from_bytes(std::move(request.bytes), std::move(request.external_files))
                           : ModelSource::from_file(request.path);
  source.verify();
  std::unique_ptr<LoadedModel> model = backend->load(source, request.backend, cancellation);
  std::call_once(loaded, install_exit_handler);
  if (cancellation.cancelled()) throw Error(Code::kNotOpen, "the load was cancelled");
  return Engine::start(std::move(model), std::move(request.engine));
}

}  // namespace

std::shared_ptr<LoadJob> LoadJob::start(LoadRequest request, Done done) {
  auto job = std::make_shared<LoadJob>();
  std::thread([job, request = std::move(request), done = std::move(done)]() mutable {
    job->run(std::move(request), done);
  }).detach();
  return job;
}

void LoadJob::run(LoadRequest request, const Done& done) {
  const BusyScope busy(weak_from_this());
  std::shared_ptr<Engine> engine;
  std::optional<Error> error;
  try {
    engine = load(std::move(request), cancellation_);
  } catch (const Error& e) {
    error = e;
  } catch (const std::bad_alloc&) {
    error.emplace(Code::kOutOfMemory, "out of host memory while the model was loaded",
                  std::vector<Detail>{{"kind", "host"}});
  } catch (const std::exception& e) {
    error.emplace(Code::kInternal, e.what());
  }
  done(std::move(engine), std::move(error));
}

}  // namespace ntrt
