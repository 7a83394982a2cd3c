// Port: where answers to requests with an Idempotency-Key are kept. The one in memory forgets at a restart; a store
// that several machines share belongs in a database.
#pragma once
#include <memory>
#include <mutex>
#include <string>

#include "rest/protocol/answer_memory.hpp"

namespace frontdesk::rest {

class AnswerStore {
 public:
  virtual ~AnswerStore() = default;
  /// Called on answering threads, several at once.
  virtual protocol::Claim claim(const std::string& key, const std::string& fingerprint) = 0;
  virtual void keep(const std::string& key, protocol::KeptAnswer answer) = 0;
  virtual void release(const std::string& key) = 0;
};

class RememberedAnswers final : public AnswerStore {
 public:
  explicit RememberedAnswers(protocol::AnswerMemory::Bounds bounds = {}) : memory_(bounds) {}
  protocol::Claim claim(const std::string& key, const std::string& fingerprint) override;
  void keep(const std::string& key, protocol::KeptAnswer answer) override;
  void release(const std::string& key) override;

 private:
  std::mutex mutex_;
  protocol::AnswerMemory memory_;
};

}  // namespace frontdesk::rest
