/// chat.
