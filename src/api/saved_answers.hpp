// Answers to requests with an Idempotency-Key, in the database: recognised by every machine, and after a restart. They
// may hold secrets that are shown once, so they are sealed.
#pragma once
#include "accounts/office.hpp"
#include "rest/answer_store.hpp"

namespace frontdesk::api {

class SavedAnswers final : public rest::AnswerStore {
 public:
  explicit SavedAnswers(accounts::Office& office) : office_(office) {}
  protocol::Claim claim(const std::string& key, const std::string& fingerprint) override;
  void keep(const std::string& key, protocol::KeptAnswer answer) override;
  void release(const std::string& key) override;

 private:
  accounts::Office& office_;
  rest::RememberedAnswers of_strangers_;  ///< who belong to no organisation yet
};

}  // namespace frontdesk::api
