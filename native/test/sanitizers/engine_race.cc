// Seeded bug: a caller changes its input after submit(), while a lane may read it.
#include "runtime/engine.h"
#include "test/support/fake_backend.h"
#include "test/support/requests.h"

int main() {
  const auto script = std::make_shared<ntrt::testing::FakeScript>();
  const auto sink = std::make_shared<ntrt::testing::RecordingSink>();
  const auto engine = ntrt::Engine::start(std::make_unique<ntrt::testing::FakeModel>(script), {});
  int64_t mine = 1;
  for (uint64_t i = 1; i <= 100; ++i) {
    const auto request = ntrt::testing::make_request(sink, i);
    request->inputs[0].data = &mine;
    engine->submit(request);
    mine = static_cast<int64_t>(i);
    sink->wait(i);
  }
  engine->close({});
  return 0;
}
