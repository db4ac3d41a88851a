#pragma once

#include "base/conditions.h"

namespace lab::net::conditions {

inline constexpr Condition kBadHttp{"BAD_HTTP_REQUEST", "08P01", Kind::InvalidArgument, "The request is no valid HTTP: <reason>."};
inline constexpr Condition kHeadTooLarge{"HTTP_HEAD_TOO_LARGE", "54000", Kind::TooLarge, "The request's line and headers are too large."};
inline constexpr Condition kBodyTooLarge{"HTTP_BODY_TOO_LARGE", "54000", Kind::TooLarge, "The request's body is larger than <limit> bytes."};
inline constexpr Condition kBodyCut{"HTTP_BODY_CUT", "08006", Kind::Cancelled, "The client ended the connection inside the request's body."};
inline constexpr Condition kPeerGone{"PEER_GONE", "08006", Kind::Cancelled, "The other side ended the connection: <reason>."};
inline constexpr Condition kPeerTooSlow{"PEER_TOO_SLOW", "08006", Kind::DeadlineExceeded, "The other side neither sent nor took anything in time."};
inline constexpr Condition kPeerUnreachable{"PEER_UNREACHABLE", "08001", Kind::Unavailable, "<address> cannot be reached: <reason>."};
inline constexpr Condition kPeerNotTrusted{"PEER_NOT_TRUSTED", "08001", Kind::PermissionDenied, "The certificate of <address> is not trusted: <reason>."};
inline constexpr Condition kAddressInUse{"ADDRESS_IN_USE", "58000", Kind::AlreadyExists, "The address <address> is taken by another program."};
inline constexpr Condition kCannotListen{"CANNOT_LISTEN", "58000", Kind::Unavailable, "Cannot listen on <address>: <reason>."};
inline constexpr Condition kTlsSetup{"TLS_SETUP", "58000", Kind::InvalidArgument, "The certificate or key <path> cannot be used: <reason>."};

}  // namespace lab::net::conditions
