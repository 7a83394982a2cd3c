// A call of no arguments that can be moved but need not be copied (std::move_only_function comes
// only with C++23).
#pragma once
#include <memory>
#include <type_traits>
#include <utility>

namespace frontdesk::inference {

class Task {
 public:
  Task() = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Task> && std::is_invocable_v<std::decay_t<F>&>) Task(F&& call)
      : call_(std::make_unique<Holder<std::decay_t<F>>>(std::forward<F>(call))) {}  // NOLINT: implicit

  explicit operator bool() const { return call_ != nullptr; }
  void operator()() { call_->run(); }

 private:
  struct Call {
    virtual ~Call() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct Holder final : Call {
    template <class G>
    explicit Holder(G&& g) : f(std::forward<G>(g)) {}
    void run() override { f(); }
    F f;
  };
  std::unique_ptr<Call> call_;
};

}  // namespace frontdesk::inference
