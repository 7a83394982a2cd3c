#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "base/clock.hpp"
#include "outbound/errors.hpp"
#include "outbound/exchange.hpp"

namespace frontdesk::outbound {
namespace {

namespace net = boost::asio;
constexpr base::Duration kSweep = base::seconds(5);
constexpr base::Duration kWarmUp = base::seconds(10);

base::Error stopped() {
  return error(base::ErrorCode::cancelled, "the client is being stopped");
}

net::awaitable<void> warm_one(std::shared_ptr<Engine> engine, address_guard::Url url) {
  const auto interrupt = std::make_shared<Interrupt>(engine->executor);
  std::erase_if(engine->warming, [](const auto& each) { return each.expired(); });
  engine->warming.push_back(interrupt);
  interrupt->total(kWarmUp);
  auto dialled = co_await dial(engine, url, engine->policy, interrupt);
  interrupt->over();
  engine->pool.release(url.origin());
  if (dialled && !engine->stopping) engine->keep(std::move(*dialled));
}

class NetClient : public Client {
 public:
  explicit NetClient(std::shared_ptr<Engine> engine, std::unique_ptr<net::io_context> own = nullptr)
      : own_(std::move(own)), engine_(std::move(engine)) {
    if (!own_) return;
    work_.emplace(own_->get_executor());
    thread_ = std::thread([this] { own_->run(); });
  }
  ~NetClient() override {
    net::post(engine_->executor, [engine = engine_] { engine->stop(); });
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }

  base::RequestId send(Request request, std::shared_ptr<Sink> sink) override {
    const auto id = engine_->last_id.fetch_add(1) + 1;
    auto exchange = std::make_shared<Exchange>(engine_, id, std::move(request), std::move(sink));
    std::optional<base::Error> refusal;
    {
      const std::lock_guard lock(engine_->mutex);
      if (engine_->exchanges.size() >= static_cast<std::size_t>(engine_->options.running))
        refusal = error(base::ErrorCode::resource_exhausted, "too many requests are under way", base::Retry::later);
      engine_->exchanges.emplace(id, exchange);
    }
    net::post(engine_->executor, [engine = engine_, exchange, refusal = std::move(refusal)] {
      if (refusal) exchange->abort(*refusal);
      if (engine->stopping) exchange->abort(stopped());
      net::co_spawn(engine->executor, exchange->run(), net::detached);
    });
    return id;
  }

  void cancel(base::RequestId id) override {
    const auto exchange = engine_->find(id);
    if (!exchange) return;
    exchange->silence();
    net::post(engine_->executor,
              [exchange] { exchange->abort(error(base::ErrorCode::cancelled, "the request was cancelled")); });
  }

  void resume(base::RequestId id) override {
    if (const auto exchange = engine_->find(id)) net::post(engine_->executor, [exchange] { exchange->resume(); });
  }

  void warm(std::string url, int connections) override {
    net::post(engine_->executor, [engine = engine_, url = std::move(url), connections] {
      const auto parsed = address_guard::parse_url(url);
      if (!parsed) return;
      const int wanted = std::min(connections, engine->options.idle_per_host);
      for (int have = engine->pool.present(parsed->origin()); have < wanted && !engine->stopping; ++have) {
        if (!engine->pool.reserve(parsed->origin())) return;
        net::co_spawn(engine->executor, warm_one(engine, *parsed), net::detached);
      }
    });
  }

  Counts counts() const override {
    Counts counts;
    counts.requests = engine_->last_id;
    counts.opened = engine_->opened;
    counts.reused = engine_->reused;
    counts.refused_addresses = engine_->refused;
    counts.stale = engine_->stale;
    counts.idle = engine_->idle;
    const std::lock_guard lock(engine_->mutex);
    counts.running = static_cast<int>(engine_->exchanges.size());
    return counts;
  }

 private:
  std::unique_ptr<net::io_context> own_;
  std::shared_ptr<Engine> engine_;
  std::optional<net::executor_work_guard<net::io_context::executor_type>> work_;
  std::thread thread_;
};

base::Result<std::shared_ptr<Engine>> make_engine(ClientOptions options, net::any_io_executor executor) {
  auto tls = TlsContext::create(options.ca_file);
  if (!tls) return tl::unexpected(tls.error());
  return std::make_shared<Engine>(std::move(options), std::move(*tls), std::move(executor));
}

}  // namespace

Engine::Engine(ClientOptions chosen, std::unique_ptr<TlsContext> context, net::any_io_executor where)
    : options(std::move(chosen)),
      policy(std::make_shared<const address_guard::Policy>(options.policy)),
      executor(std::move(where)),
      tls(std::move(context)),
      pool(options),
      sweeper(executor) {}

void Engine::keep(std::unique_ptr<Connection> connection) {
  pool.keep(std::move(connection));
  idle = pool.idle();
  sweep_later();
}

void Engine::sweep_later() {
  if (sweeping || stopping || pool.idle() == 0) return;
  sweeping = true;
  sweeper.expires_after(kSweep);
  sweeper.async_wait([weak = weak_from_this()](const boost::system::error_code&) {
    const auto self = weak.lock();
    if (!self || self->stopping) return;
    self->sweeping = false;
    self->pool.sweep(base::monotonic_now());
    self->idle = self->pool.idle();
    self->sweep_later();
  });
}

void Engine::stop() {
  stopping = true;
  sweeper.cancel();
  std::vector<std::shared_ptr<Exchange>> left;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [id, exchange] : exchanges) left.push_back(exchange);
  }
  for (const auto& exchange : left) exchange->abort(stopped());
  for (const auto& weak : warming)
    if (const auto interrupt = weak.lock()) interrupt->fire(stopped());
  pool.clear();
  idle = 0;
}

std::shared_ptr<Exchange> Engine::find(base::RequestId id) {
  const std::lock_guard lock(mutex);
  const auto found = exchanges.find(id);
  return found == exchanges.end() ? nullptr : found->second;
}

void Engine::forget(base::RequestId id) {
  std::shared_ptr<Exchange> last;
  const std::lock_guard lock(mutex);
  const auto found = exchanges.find(id);
  if (found == exchanges.end()) return;
  last = std::move(found->second);
  exchanges.erase(found);
}

base::Result<std::unique_ptr<Client>> start_client(ClientOptions options) {
  auto own = std::make_unique<net::io_context>(1);
  auto engine = make_engine(std::move(options), own->get_executor());
  if (!engine) return tl::unexpected(engine.error());
  return std::unique_ptr<Client>(std::make_unique<NetClient>(std::move(*engine), std::move(own)));
}

base::Result<std::unique_ptr<Client>> attach_client(net::io_context& context, ClientOptions options) {
  auto engine = make_engine(std::move(options), context.get_executor());
  if (!engine) return tl::unexpected(engine.error());
  return std::unique_ptr<Client>(std::make_unique<NetClient>(std::move(*engine)));
}

}  // namespace frontdesk::outbound
